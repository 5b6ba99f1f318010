import { defineCommand } from "./_cli/define_command.ts";
import { jsonText } from "./_cli/output.ts";

/** `schema`: the JSON Schema of `oura.yaml`, by which editors complete and explain it. */
export default defineCommand({
  database: "none",
  async run({ terminal }) {
    const { pipelineJsonSchema } = await import("../config/yaml/json_schema.ts");
    terminal.out(jsonText(pipelineJsonSchema()));
  },
});
