import type { Command } from "commander";
import { EXIT } from "../lib/errors.ts";
import { type CommonOptions, prepare, readPipeline, withCommonOptions } from "./_cli/context.ts";
import type { Io } from "./_cli/terminal.ts";
import { jsonText } from "./_cli/output.ts";
import { action } from "./_cli/action.ts";

interface Options extends CommonOptions {
  json?: boolean;
}

/** `validate`: check configuration and environment; connects to nothing. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .option("--json", "one JSON document on standard output")
    .action(action<Options>(io, async (options) => {
      await prepare(options, io);
      const pipeline = await readPipeline(options);
      const columns = pipeline.types.reduce((sum, type) => sum + type.columns.length, 0);
      const series = pipeline.types.reduce((sum, type) => sum + type.series.length, 0);
      const { file, checksum, schema } = pipeline;
      const dataTypes = pipeline.types.length;
      io.out(
        options.json
          ? jsonText({ valid: true, file, checksum, schema, dataTypes, columns, series })
          : `${file} is valid: ${dataTypes} data types, ${columns} columns, ${series} series`,
      );
      return EXIT.done;
    }));
}
