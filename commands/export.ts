import { Option } from "commander";
import type { PipelineType } from "../config/model.ts";
import { UsageError } from "../lib/errors.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../pipelines/export/formats.ts";
import { type CheckContext, defineCommand } from "./_cli/define_command.ts";
import { typesFlag, userIdFlag } from "./_cli/flags.ts";
import { countText, textTable } from "./_cli/output.ts";

interface Options {
  format: ExportFormat;
  out: string;
  types?: string;
  from?: string;
  to?: string;
  userId?: string;
  excel?: boolean;
}

/** `export`: the tables as files. */
export default defineCommand({
  database: "read",
  options: [
    new Option("--format <format>", "the format of the files").choices(EXPORT_FORMATS)
      .default("csv"),
    new Option("--out <dir>", "the directory for the files; - writes to standard output")
      .makeOptionMandatory(),
    typesFlag(),
    new Option("--from <day>", "only documents from this day on"),
    new Option("--to <day>", "only documents up to this day"),
    userIdFlag("only this wearer (default: all)"),
    new Option("--excel", "start CSV files with a byte order mark, which Excel needs"),
  ],
  json: true,
  async check({ options, pipeline }: CheckContext<Options>) {
    const { spanOption, typesOption } = await import("../pipelines/sync/plan/demand.ts");
    const names = typesOption(options.types, pipeline);
    if (options.out === "-") refusePipe(options, names ?? pipeline.types.map(({ name }) => name));
    return {
      names,
      days: spanOption(["--from", options.from], ["--to", options.to], new Date()),
    };
  },
  async run({ db, hasTables, pipeline, options, request: { names, days }, terminal, print }) {
    const { livePipeline } = await import("../pipelines/schema/live_pipeline.ts");
    const { readState } = await import("../pipelines/schema/database_schema.ts");
    const { exportToDirectory, exportToStream } = await import("../pipelines/export/export.ts");
    const { chooseKnown, knownWearers } = await import("../reports/known_wearers.ts");
    const { format, out, userId, excel = false } = options;
    let types: readonly PipelineType[] = [];
    if (hasTables) {
      if (userId !== undefined) chooseKnown(await knownWearers(db), userId);
      types = livePipeline(pipeline, await readState(db)).types
        .filter(({ name }) => names === undefined || names.includes(name));
    }
    const wanted = {
      types,
      excel,
      filter: { days, ...(userId === undefined ? {} : { userId }) },
    };
    if (out === "-") {
      if (format === "parquet" && terminal.outIsTerminal) throw notReadable();
      const write = (bytes: Uint8Array) => terminal.outBytes(bytes);
      noteMissing(await exportToStream(db, write, { ...wanted, format }), terminal);
      return;
    }
    const files = await exportToDirectory(db, terminal.path(out), { ...wanted, format });
    noteMissing(files, terminal);
    const rows = files.map(({ name, rows }) => [`${name}.${format}`, countText(rows)]);
    print(
      {
        directory: out,
        files: files.map(({ name, rows, withoutDocument }) => ({
          file: `${name}.${format}`,
          rows,
          withoutDocument,
        })),
      },
      () => textTable(["file", "rows"], rows, ["left", "right"]),
    );
  },
});

function refusePipe({ format }: Options, names: readonly string[]): void {
  if (format === "ndjson" || names.length === 1) return;
  const [name, hint] = format === "csv"
    ? ["CSV", "Choose one with --types, or use --format ndjson."]
    : ["Parquet", "Choose one with --types, or name a directory."];
  throw new UsageError("OPTION_CONFLICT", `--out - takes one data type as ${name}`, { hint });
}

function notReadable(): UsageError {
  return new UsageError("OPTION_CONFLICT", "a Parquet file cannot be shown on a terminal", {
    hint: "Redirect standard output into a file or a program, or name a directory with --out.",
  });
}

function noteMissing(
  files: readonly { name: string; withoutDocument: number }[],
  terminal: { err(text: string): void },
): void {
  for (const { name, withoutDocument } of files) {
    if (withoutDocument === 0) continue;
    terminal.err(
      `${name}: ${
        countText(withoutDocument)
      } rows are not in the file: their document was not stored, because of ` +
        "keep_raw: false. Use CSV or Parquet for them.",
    );
  }
}
