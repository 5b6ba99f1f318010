import type { Command } from "commander";
import { EXIT } from "../lib/errors.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "./_cli/context.ts";
import type { Io } from "./_cli/terminal.ts";
import { countText, jsonText, textTable } from "./_cli/output.ts";
import { action } from "./_cli/action.ts";
import { typesFlag } from "./_cli/flags.ts";
import { spanOption, typesOption } from "./sync/options.ts";

interface Options extends CommonOptions {
  types?: string;
  from?: string;
  to?: string;
  json?: boolean;
}

/** `replay`: transforms and loads the stored documents again, without asking Oura. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .addOption(typesFlag())
    .option("--from <day>", "only documents from this day on")
    .option("--to <day>", "only documents up to this day")
    .option("--json", "one JSON document on standard output")
    .action(action<Options>(io, async (options) => {
      const settings = await prepare(options, io);
      const declared = await readPipeline(options);
      const names = typesOption(options.types, declared);
      const days = spanOption(["--from", options.from], ["--to", options.to], new Date());
      const results = await withDatabase(settings, declared.schema, async (db) => {
        const { livePipeline } = await import("../pipelines/schema/live_pipeline.ts");
        const { readState } = await import("../pipelines/schema/database_schema.ts");
        const { replay } = await import("../pipelines/reprocess/replay.ts");
        const { types } = livePipeline(declared, await readState(db));
        return await replay(db, {
          types: types.filter(({ name }) => names === undefined || names.includes(name)),
          days,
        });
      });
      const head = ["data type", "updated", "unchanged", "rejected", "without document"];
      const rows = results.map((counts) => [
        counts.dataType,
        ...[counts.updated, counts.unchanged, counts.rejected, counts.withoutDocument]
          .map(countText),
      ]);
      const right = "right" as const;
      io.out(
        options.json
          ? jsonText({ types: results })
          : textTable(head, rows, ["left", right, right, right, right]),
      );
      return EXIT.done;
    }));
}
