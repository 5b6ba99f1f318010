/** What `sync` and `backfill` share: their options, the health check, the run, and its report. */
import type { Command } from "commander";
import { Option } from "commander";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { EXIT } from "../../lib/errors.ts";
import { withHealthCheck } from "../../lib/health_check.ts";
import type { SyncReport } from "../../pipelines/sync/outcome.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
  withDryRunDatabase,
} from "../_cli/context.ts";
import type { Io } from "../_cli/terminal.ts";
import { jsonText } from "../_cli/output.ts";
import { describe } from "../_cli/action.ts";
import type { SyncRequest } from "../../pipelines/sync/run_sync.ts";
import { typesFlag, userIdFlag } from "../_cli/flags.ts";
import { durationOption, numberOption, typesOption } from "./options.ts";
import { rehearsalText, reportJson, reportText } from "./report.ts";
import type { WearerOptions } from "../../pipelines/sync/wearers.ts";

/** Options of every command that fetches. */
export interface FetchOptions extends CommonOptions, WearerOptions {
  types?: string;
  dryRun?: boolean;
  concurrency: string;
  patience: string;
  json?: boolean;
  apply: boolean;
}

/** Adds {@linkcode FetchOptions} to a command. */
export function withFetchOptions(command: Command): Command {
  return withCommonOptions(command)
    .addOption(typesFlag())
    .addOption(userIdFlag("this wearer (default: the first whose sign-in is alive)"))
    .addOption(new Option("--all-users", "every signed-in wearer").conflicts("userId"))
    .option("--dry-run", "show what would be fetched; fetch and write nothing")
    .option("--concurrency <n>", "requests in flight at once", "4")
    .option("--patience <duration>", "how long to wait when Oura limits the rate", "15m")
    .option("--no-apply", "leave the tables as they are, even where oura.yaml has new columns")
    .option("--json", "one JSON document on standard output");
}

/** What tells one command that fetches from another. */
export type FetchRequest = Pick<SyncRequest, "command" | "demand" | "budget" | "signal">;

/**
 * Fetches, and prints the report.
 * @param requestOf What to fetch, from the settings; may find mistakes in the options.
 * @returns The exit code, which the monitor of `HEALTHCHECK_URL` has been told.
 */
export async function runFetch(
  options: FetchOptions,
  io: Io,
  requestOf: (settings: Settings) => FetchRequest,
): Promise<number> {
  const settings = await prepare(options, io);
  const dryRun = options.dryRun === true;
  return await withHealthCheck(dryRun ? null : settings.healthcheckUrl, async () => {
    const pipeline = await readPipeline(options);
    const types = typesOption(options.types, pipeline);
    const concurrency = numberOption("--concurrency", options.concurrency, 1, 32);
    const patienceMs = durationOption("--patience", options.patience);
    const request = requestOf(settings);
    const { runSync } = await import("../../pipelines/sync/run_sync.ts");
    const { createProgress } = await import("./progress.ts");
    const work = (db: Database) =>
      runSync({ settings, pipeline, db }, {
        ...request,
        concurrency,
        patienceMs,
        dryRun,
        apply: options.apply,
        wearers: options,
        tell: (text) => io.err(text),
        progress: () => createProgress(io, settings.logFormat !== "json"),
        ...(types ? { types } : {}),
      });
    const { schema } = pipeline;
    const reports = dryRun
      ? await withDryRunDatabase(settings, schema, work)
      : await withDatabase(settings, schema, work, { poolSize: concurrency + 1 });
    show(reports, options, io);
    return worst(reports);
  });
}

function show(reports: readonly SyncReport[], options: FetchOptions, io: Io): void {
  if (options.json) {
    const documents = reports.map(reportJson);
    io.out(jsonText(options.allUsers ? documents : documents[0]));
  } else {
    // One that ended before it began has nothing to show but its error.
    const begun = reports.filter(({ types }) => types.length > 0);
    const text = options.dryRun ? rehearsalText : reportText;
    for (const report of begun) io.out(text(report));
  }
  // What several wearers failed for is told once.
  const failures = reports.flatMap(({ error }) => error ? [describe(error)] : []);
  for (const failure of new Set(failures)) io.err(failure);
}

/** The gravest exit code of several wearers: a dead sign-in outranks a partial sync. */
export function worst(reports: readonly SyncReport[]): number {
  const codes = reports.map(({ exitCode }) => exitCode);
  const order = [EXIT.signIn, EXIT.database, EXIT.oura, EXIT.partial, EXIT.usage];
  const grave = order.find((code) => codes.includes(code));
  if (grave !== undefined) return grave;
  return codes.length > 0 && codes.every((code) => code === EXIT.busy) ? EXIT.busy : EXIT.done;
}
