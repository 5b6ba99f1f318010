import { type Command, Option } from "commander";
import { EXIT } from "../lib/errors.ts";
import type { SyncReport } from "../pipelines/outcome.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "./context.ts";
import type { Io } from "./io.ts";
import { jsonText } from "./output.ts";
import { action, describe } from "./program.ts";
import { demandOf, numberOption, type SpanOptions, typesOption } from "./sync_options.ts";
import { reportJson, reportText } from "./sync_report.ts";
import type { WearerOptions } from "./wearers.ts";

interface Options extends CommonOptions, SpanOptions, WearerOptions {
  types?: string;
  dryRun?: boolean;
  concurrency: string;
  json?: boolean;
  apply: boolean;
}

/** `sync`: fetch what is owed and load it. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .option("--initial", "from SYNC_DAYS_BACK days ago to today")
    .addOption(
      new Option("--all", "all data types of the configuration (the default)").conflicts("types"),
    )
    .option("--types <a,b>", "only these data types")
    .option("--start-date <day>", "from this day (YYYY-MM-DD), fetched anew")
    .option("--end-date <day>", "to this day, included (default: today)")
    .option("--user-id <id>", "this wearer (default: the first signed-in one)")
    .addOption(new Option("--all-users", "every signed-in wearer").conflicts("userId"))
    .option("--full-refresh", "fetch everything anew, whatever was fetched before")
    .option("--dry-run", "show what would be fetched; fetch and write nothing")
    .option("--concurrency <n>", "requests in flight at once", "4")
    .option("--no-apply", "leave the tables as they are, even where oura.yaml has new columns")
    .option("--json", "one JSON document on standard output")
    .addHelpText("after", "\nWithout options: what is owed since last time, with the look-back.")
    .action(action<Options>(io, (options) => syncCommand(options, io)));
}

async function syncCommand(options: Options, io: Io): Promise<number> {
  const settings = await prepare(options, io);
  const pipeline = await readPipeline(options);
  const types = typesOption(options.types, pipeline);
  const concurrency = numberOption("--concurrency", options.concurrency, 1, 32);
  const demand = demandOf(options, settings.syncDaysBack, new Date());
  const dryRun = options.dryRun === true;
  const { runSync } = await import("./run_sync.ts");
  const reports = await withDatabase(
    settings,
    pipeline.schema,
    (db) =>
      runSync({ settings, pipeline, db }, {
        command: "sync",
        demand,
        concurrency,
        dryRun,
        apply: options.apply,
        wearers: options,
        ...(types ? { types } : {}),
      }, io),
    { poolSize: concurrency + 1 },
  );
  show(reports, options, io);
  return worst(reports);
}

function show(reports: readonly SyncReport[], options: Options, io: Io): void {
  if (options.json) {
    const documents = reports.map(reportJson);
    io.out(jsonText(options.allUsers ? documents : documents[0]));
  } else {
    for (const report of reports) io.out(reportText(report, options.dryRun === true));
  }
  for (const { error } of reports) if (error) io.err(describe(error));
}

/** The gravest exit code of several wearers: a dead sign-in outranks a partial sync. */
export function worst(reports: readonly SyncReport[]): number {
  const codes = reports.map(({ exitCode }) => exitCode);
  const order = [EXIT.signIn, EXIT.database, EXIT.oura, EXIT.partial];
  const grave = order.find((code) => codes.includes(code));
  if (grave !== undefined) return grave;
  return codes.length > 0 && codes.every((code) => code === EXIT.busy) ? EXIT.busy : EXIT.done;
}
