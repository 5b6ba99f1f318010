import type { Command } from "commander";
import { pipelineJsonSchema } from "../config/yaml/json_schema.ts";
import { EXIT } from "../lib/errors.ts";
import type { Io } from "./_cli/terminal.ts";
import { jsonText } from "./_cli/output.ts";
import { action } from "./_cli/action.ts";

/** `schema`: the JSON Schema of `oura.yaml`, by which editors complete and explain it. */
export function define(command: Command, io: Io): void {
  command.action(action(io, () => {
    io.out(jsonText(pipelineJsonSchema()));
    return EXIT.done;
  }));
}
