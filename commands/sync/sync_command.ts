/** The common part of `sync` and `backfill`: the health check, the run, and its report. */
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
import { jsonText } from "../_cli/output.ts";
import type { Terminal } from "../_cli/terminal.ts";
import { runSync, type SyncRequest } from "../../pipelines/sync/run_sync.ts";
import { typesOption } from "../../pipelines/sync/plan/demand.ts";
import { poolSizeFor } from "../../pipelines/sync/pool_size.ts";
import type { FetchOptions } from "./fetch_options.ts";
import { concurrencyOption, durationOption } from "./options.ts";
import { createProgress } from "./progress.ts";
import { rehearsalText, reportJson, reportText } from "./report.ts";

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
    const progress = await createProgress(terminal, settings.logFormat !== "json");
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
        progress,
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
