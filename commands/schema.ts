import type { Command } from "commander";
import { pipelineJsonSchema } from "../config/json_schema.ts";
import { EXIT } from "../lib/errors.ts";
import type { Io } from "./io.ts";
import { jsonText } from "./output.ts";
import { action } from "./action.ts";

/** `schema`: the JSON Schema of `oura.yaml`, by which editors complete and explain it. */
export function define(command: Command, io: Io): void {
  command.action(action(io, () => {
    io.out(jsonText(pipelineJsonSchema()));
    return EXIT.done;
  }));
}
