import { Option } from "commander";
import type { Pipeline } from "../config/model.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { interruptible } from "../lib/process/interruption.ts";
import type { FileCounts } from "../pipelines/reprocess/replay_files.ts";
import { type CheckContext, defineCommand } from "./_cli/define_command.ts";
import { typesFlag } from "./_cli/flags.ts";
import { countText, textTable } from "./_cli/output.ts";

interface Options {
  types?: string;
  from?: string;
  to?: string;
  fromFiles?: string;
}

/** `replay`: transforms and loads the stored documents again, without asking Oura. */
export default defineCommand({
  database: "write",
  options: [
    typesFlag(),
    new Option("--from <day>", "the first day of the documents"),
    new Option("--to <day>", "the last day of the documents, included"),
    new Option("--from-files <dir>", "load files written by export --format ndjson instead")
      .conflicts(["from", "to"]),
  ],
  json: true,
  async check({ options, pipeline }: CheckContext<Options>) {
    const { spanOption, typesOption } = await import("../pipelines/sync/plan/demand.ts");
    return {
      names: typesOption(options.types, pipeline),
      days: spanOption(["--from", options.from], ["--to", options.to], new Date()),
    };
  },
  async run({ terminal, db, pipeline, options, request: { names, days }, print }) {
    using interruption = interruptible(terminal.err, undefined, terminal);
    const { signal } = interruption;
    using _statements = db.endStatementsOn?.(signal);
    if (options.fromFiles !== undefined) {
      const counts = await loadFiles(db, pipeline, options.fromFiles, { names, signal });
      print({ types: counts }, () => fileTable(counts));
      return;
    }
    const { livePipeline } = await import("../pipelines/schema/live_pipeline.ts");
    const { readState } = await import("../pipelines/schema/database_schema.ts");
    const { replay } = await import("../pipelines/reprocess/replay.ts");
    const { types } = livePipeline(pipeline, await readState(db));
    const results = await replay(db, {
      types: types.filter(({ name }) => names === undefined || names.includes(name)),
      days,
      signal,
    });
    const head = ["data type", "updated", "unchanged", "rejected", "without document"];
    const rows = results.map((counts) => [
      counts.dataType,
      ...[counts.updated, counts.unchanged, counts.rejected, counts.withoutDocument]
        .map(countText),
    ]);
    const right = "right" as const;
    print(
      { types: results },
      () => textTable(head, rows, ["left", right, right, right, right]),
    );
  },
});

/** Into an empty database too: its tables are made first. */
async function loadFiles(
  db: Database,
  declared: Pipeline,
  directory: string,
  { names, signal }: { names: readonly string[] | undefined; signal: AbortSignal },
): Promise<FileCounts[]> {
  const { applyAdditive } = await import("../pipelines/schema/apply/apply.ts");
  const { replayFiles } = await import("../pipelines/reprocess/replay_files.ts");
  const { pipeline } = await applyAdditive(db, declared, {
    holder: crypto.randomUUID(),
    signal,
  });
  const types = pipeline.types.filter(({ name }) => names === undefined || names.includes(name));
  return await replayFiles(db, directory, types, signal);
}

function fileTable(all: readonly FileCounts[]): string {
  const head = ["data type", "inserted", "updated", "unchanged", "rejected", "kept (newer)"];
  const rows = all.map((counts) => [
    counts.dataType,
    ...[counts.inserted, counts.updated, counts.unchanged, counts.rejected, counts.kept]
      .map(countText),
  ]);
  return textTable(head, rows, ["left", "right", "right", "right", "right", "right"]);
}
