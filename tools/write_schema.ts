/** Writes `config/oura.schema.json` from the grammar and the catalog: `deno task schema:write`. */
import { pipelineJsonSchema } from "../config/yaml/json_schema.ts";

const FILE = new URL("../config/oura.schema.json", import.meta.url);

await Deno.writeTextFile(FILE, `${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`);
