/** Arguments in, exit code out. */
import { run } from "./commands/_cli/program.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
