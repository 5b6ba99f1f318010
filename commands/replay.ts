import { Option } from "commander";
import { type CheckContext, defineCommand } from "./_cli/define_command.ts";
import { typesFlag } from "./_cli/flags.ts";
import { countText, textTable } from "./_cli/output.ts";
import { spanOption, typesOption } from "./sync/options.ts";

interface Options {
  types?: string;
  from?: string;
  to?: string;
}

/** `replay`: transforms and loads the stored documents again, without asking Oura. */
export default defineCommand({
  database: "write",
  options: [
    typesFlag(),
    new Option("--from <day>", "the first day of the documents"),
    new Option("--to <day>", "the last day of the documents, included"),
  ],
  json: true,
  check: ({ options, pipeline }: CheckContext<Options>) => ({
    names: typesOption(options.types, pipeline),
    days: spanOption(["--from", options.from], ["--to", options.to], new Date()),
  }),
  async run({ db, pipeline, request: { names, days }, print }) {
    const { livePipeline } = await import("../pipelines/schema/live_pipeline.ts");
    const { readState } = await import("../pipelines/schema/database_schema.ts");
    const { replay } = await import("../pipelines/reprocess/replay.ts");
    const { types } = livePipeline(pipeline, await readState(db));
    const results = await replay(db, {
      types: types.filter(({ name }) => names === undefined || names.includes(name)),
      days,
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
