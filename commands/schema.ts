import { pipelineJsonSchema } from "../config/yaml/json_schema.ts";
import { defineCommand } from "./_cli/define_command.ts";
import { jsonText } from "./_cli/output.ts";

/** `schema`: the JSON Schema of `oura.yaml`, by which editors complete and explain it. */
export default defineCommand({
  database: "none",
  run: ({ terminal }) => terminal.out(jsonText(pipelineJsonSchema())),
});
