/** Writes the tasks and permission sets of all commands into `deno.json`: `deno task tasks:write`. */
import { configText, withCommands } from "./deno_config.ts";

const FILE = new URL("../deno.json", import.meta.url);

const config = withCommands(JSON.parse(await Deno.readTextFile(FILE)));
await Deno.writeTextFile(FILE, configText(config));
