/** What `sync` and `backfill` share: their options, the health check, the run, and its report. */
import { Option } from "commander";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { EXIT, gravest } from "../../lib/errors.ts";
import { withHealthCheck } from "../../lib/health_check.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import type { SyncReport } from "../../pipelines/sync/outcome.ts";
import { withDatabase } from "../../lib/db/migrate/with_database.ts";
import { withDryRunDatabase } from "../_cli/context.ts";
import type { CommandContext } from "../_cli/define_command.ts";
import { describe } from "../_cli/failure.ts";
import { typesFlag, userIdFlag } from "../_cli/flags.ts";
import { jsonText } from "../_cli/output.ts";
import type { Terminal } from "../_cli/terminal.ts";
import type { SyncRequest } from "../../pipelines/sync/run_sync.ts";
import type { WearerOptions } from "../../pipelines/sync/wearers.ts";
import { typesOption } from "../../pipelines/sync/plan/demand.ts";
import { poolSizeFor } from "../../pipelines/sync/pool_size.ts";
import { concurrencyOption, durationOption } from "./options.ts";
import { rehearsalText, reportJson, reportText } from "./report.ts";

/** Options of every command that fetches. */
export interface FetchOptions extends WearerOptions {
  types?: string;
  dryRun?: boolean;
  concurrency: string;
  patience: string;
  json?: boolean;
  apply: boolean;
}

/** The options of every command that fetches, as they are typed. */
export const FETCH_OPTIONS: readonly Option[] = [
  typesFlag(),
  userIdFlag("sync this wearer (default: the first with a valid sign-in)"),
  new Option("--all-users", "sync every signed-in wearer").conflicts("userId"),
  new Option("--dry-run", "show what would be fetched, without fetching or writing"),
  new Option("--concurrency <auto|n>", "requests in flight at once").default("auto"),
  new Option("--patience <duration>", "how long to wait once Oura's rate limit is reached").default(
    "15m",
  ),
  new Option("--no-apply", "do not add the new columns of oura.yaml to the tables"),
];

/** What tells one command that fetches from another. */
export type FetchRequest = Pick<SyncRequest, "command" | "demand" | "priority" | "signal">;

/**
 * Fetches, and prints the report.
 * @param requestOf What to fetch, from the settings; may find mistakes in the options.
 * @returns The exit code, which the monitor of `HEALTHCHECK_URL` has received.
 */
export async function runFetch(
  { options, terminal, settings: readSettings, pipeline: readPipeline }: CommandContext<
    FetchOptions
  >,
  requestOf: (settings: Settings) => FetchRequest,
): Promise<number> {
  const dryRun = options.dryRun === true;
  const settings = await readSettings({ writes: !dryRun });
  return await withHealthCheck(dryRun ? null : settings.healthcheckUrl, async () => {
    const pipeline = await readPipeline();
    const types = typesOption(options.types, pipeline);
    const concurrency = concurrencyOption(options.concurrency);
    const patienceMs = durationOption("--patience", options.patience);
    const request = requestOf(settings);
    const { runSync } = await import("../../pipelines/sync/run_sync.ts");
    const { createProgress } = await import("./progress.ts");
    const work = async (db: Database) => {
      using interruption = interruptible(terminal.err, request.signal, terminal);
      return await runSync({ settings, pipeline, db }, {
        ...request,
        signal: interruption.signal,
        concurrency,
        patienceMs,
        dryRun,
        apply: options.apply,
        wearers: options,
        progress: createProgress(terminal, settings.logFormat !== "json"),
        ...(types ? { types } : {}),
      });
    };
    const { schema } = pipeline;
    const reports = dryRun
      ? await withDryRunDatabase(settings, schema, work)
      : await withDatabase(settings.connection, schema, work, {
        poolSize: poolSizeFor(concurrency),
      });
    show(reports, options, terminal);
    return worst(reports);
  });
}

function show(reports: readonly SyncReport[], options: FetchOptions, terminal: Terminal): void {
  if (options.json) {
    const documents = reports.map(reportJson);
    terminal.out(jsonText(options.allUsers ? documents : documents[0]));
  } else {
    // One that ended before it began has nothing to show but its error.
    const begun = reports.filter(({ types }) => types.length > 0);
    const text = options.dryRun ? rehearsalText : reportText;
    for (const report of begun) terminal.out(text(report));
  }
  // A cause that several wearers share is shown once.
  const failures = reports.flatMap(({ error }) => error ? [describe(error)] : []);
  for (const failure of new Set(failures)) terminal.err(failure);
}

/** The exit code of several wearers: the gravest; 75 when all of them were busy. */
export function worst(reports: readonly SyncReport[]): number {
  const codes = reports.map(({ exitCode }) => exitCode);
  const allBusy = codes.length > 0 && codes.every((code) => code === EXIT.busy);
  return allBusy ? EXIT.busy : gravest(codes);
}
