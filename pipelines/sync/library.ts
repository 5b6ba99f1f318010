/** The `sync` command as a function, for programs. Loads the database drivers only when called. */
import { loadPipeline } from "../../config/pipeline.ts";
import { loadSettings } from "../../config/environment/settings.ts";
import { checkRanges } from "../../lib/oura/client/option_ranges.ts";
import type { TokenProvider } from "../../lib/oura/token_provider.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import type { SyncReport } from "./outcome.ts";
import { readPipeline } from "../../config/find_pipeline.ts";
import { withDatabase } from "../../lib/db/migrate/with_database.ts";
import { demandOf, typesOption } from "./plan/demand.ts";
import { poolSizeFor } from "./pool_size.ts";

/** Options of {@linkcode sync}. All of it has a default. */
export interface SyncOptions {
  /** PostgreSQL, as `postgres://…`. @default An embedded database in `dataDirectory` */
  databaseUrl?: string;
  /** Home of the embedded database and of lock files. @default "./data" */
  dataDirectory?: string;
  /** A token that stays. @default The sign-in stored in the database */
  accessToken?: string;
  /** Something that keeps a token fresh, instead of `accessToken`. */
  tokens?: TokenProvider;
  /** The wearer, where the database holds several sign-ins. @default The first one */
  userId?: string;
  /** Path of `oura.yaml`. @default As the command line finds it */
  config?: string;
  /** Names of data types. @default All of the configuration */
  types?: readonly string[];
  /** First local day, fetched again. @default All new and missing data */
  from?: string;
  /** Last local day, included; needs `from`. @default Today */
  to?: string;
  /** Requests in flight at once: 1 to 32, or as many as Oura answers well. @default "auto" */
  concurrency?: number | "auto";
  /** Further variables of the command line, such as `OURA_TOKEN_KEY`. Nothing else is read. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Ends the run; `sync` then rejects with its reason. What was loaded stays. */
  signal?: AbortSignal;
}

/**
 * Fetches what is new or missing of one wearer and loads it, exactly as `oura-sync sync` does: opens the
 * database, brings its tables up to date, adds newly declared columns, syncs, and closes it.
 *
 * @returns How it went. Failures while syncing do not throw: `error` is what went wrong, or null.
 * @throws {UsageError} When an option, the environment or the configuration is wrong.
 * @throws {DatabaseError} When the database cannot be used.
 * @throws {SignInError} When no wearer is signed in, or the sign-in has expired.
 * @throws {OuraUnavailableError} When Oura cannot be asked whose token it is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sync } from "@oura-sync/oura-sync";
 *
 * const report = await sync({
 *   environment: Deno.env.toObject(),
 *   types: ["daily_sleep", "sleep"],
 *   from: "2026-01-01",
 *   to: "2026-01-31",
 * });
 * assert.equal(report.error, null);
 * console.log(`${report.counts.inserted} new rows`);
 * ```
 */
export async function sync(options: SyncOptions = {}): Promise<SyncReport> {
  const { signal: caller } = options;
  const stop = new AbortController();
  // Whatever the caller's reason is, the run ends in order and its record says so.
  const interrupt = () => stop.abort(new InterruptedError("the program that called it"));
  if (caller?.aborted) interrupt();
  caller?.addEventListener("abort", interrupt, { once: true });
  try {
    const report = await syncUntil(stop.signal, options);
    if (report.error instanceof InterruptedError) throw report.error;
    return report;
  } catch (error) {
    throw error instanceof InterruptedError && caller?.aborted ? caller.reason : error;
  } finally {
    caller?.removeEventListener("abort", interrupt);
  }
}

async function syncUntil(signal: AbortSignal, options: SyncOptions): Promise<SyncReport> {
  const { config, concurrency = "auto" } = options;
  if (concurrency !== "auto") checkRanges({ concurrency });
  const settings = loadSettings(environmentOf(options));
  const pipeline = await (config === undefined ? readPipeline({}) : loadPipeline(config));
  const types = typesOption(options.types?.join(","), pipeline);
  const demand = demandOf(spanOf(options), settings.syncDaysBack, new Date());
  const { runSync } = await import("./run_sync.ts");
  const reports = await withDatabase(
    settings.connection,
    pipeline.schema,
    (db) =>
      runSync({ settings, pipeline, db }, {
        command: "sync",
        demand,
        concurrency,
        signal,
        dryRun: false,
        apply: true,
        wearers: {
          ...(options.userId === undefined ? {} : { userId: options.userId }),
          ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
        },
        ...(types ? { types } : {}),
      }),
    { poolSize: poolSizeFor(concurrency) },
  );
  // One wearer was asked for, and without one runSync throws.
  return reports[0]!;
}

function environmentOf(options: SyncOptions): Record<string, string | undefined> {
  const { databaseUrl, dataDirectory, accessToken, environment } = options;
  return {
    ...environment,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...(dataDirectory === undefined ? {} : { OURA_DATA_DIR: dataDirectory }),
    ...(accessToken === undefined ? {} : { OURA_ACCESS_TOKEN: accessToken }),
  };
}

function spanOf({ from, to }: SyncOptions) {
  return {
    ...(from === undefined ? {} : { startDate: from }),
    ...(to === undefined ? {} : { endDate: to }),
  };
}
