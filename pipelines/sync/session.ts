/**
 * A session: everything that a process opens once, however many wearers and documents it syncs. The
 * command line runs one job in a session, a worker runs thousands.
 */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { LeaseOptions } from "../../lib/db/store/leases.ts";
import { startTelemetry } from "../../lib/log/telemetry.ts";
import { holdProcessLock } from "../../lib/process/process_lock.ts";
import { VERSION } from "../../lib/version.ts";
import { applyAdditive } from "../schema/apply/apply.ts";
import { readState } from "../schema/database_schema.ts";
import { livePipeline } from "../schema/live_pipeline.ts";
import { type CompiledTypes, compileTypes } from "../stages/compiled.ts";
import type { BudgetSize } from "../../lib/db/store/budget.ts";
import type { Priority } from "../../lib/oura/http/rate_budget.ts";
import type { Concurrency } from "../../lib/oura/http/request_limit.ts";
import { openAppBudget } from "./app_budget.ts";
import { type Clients, openClients, openLimits } from "./clients.ts";

/** The limits that the requests of all jobs share. */
export interface SessionLimits {
  /** Requests in flight at once. @default "auto" */
  readonly concurrency?: Concurrency;
  /** The longest wait, in ms, when Oura limits the rate. @default 900_000 */
  readonly patienceMs?: number;
  /** What the app may ask of Oura. @default What Oura allows */
  readonly budget?: BudgetSize;
  /** Whether many wearers share it, so that it is not spent all at once. @default false */
  readonly evenly?: boolean;
}

/** What {@linkcode openSession} needs. */
export interface SessionOptions {
  readonly settings: Settings;
  /** The configuration as declared. */
  readonly pipeline: Pipeline;
  /** Migrated. It stays open when the session ends. */
  readonly db: Database;
  /** Whether new columns of the YAML are added first. */
  readonly apply: boolean;
  /** Whether its jobs only plan: then no file is written and no token opened. @default false */
  readonly dryRun?: boolean;
  readonly limits?: SessionLimits | undefined;
  /** What the first job is for: its first requests are reserved while the session opens. */
  readonly first?: Priority | undefined;
  /** Ends every job. */
  readonly signal: AbortSignal;
}

/** What all jobs of a process share. */
export interface Session extends AsyncDisposable {
  readonly settings: Settings;
  readonly db: Database;
  /** The part of the configuration that the tables can take. */
  readonly pipeline: Pipeline;
  readonly compiled: CompiledTypes;
  /** API clients and sign-ins. */
  readonly clients: Clients;
  readonly version: string;
  /** Whether its jobs only plan, and nothing is written. */
  readonly dryRun: boolean;
  readonly lease: LeaseOptions;
  readonly signal: AbortSignal;
  /** Call it when leases or records could not be given back: other processes then see that this one died. */
  keepLockFile(): void;
}

/**
 * Opens a session.
 * @throws {DatabaseError} When the database cannot be used.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { settings, db, signal, dryRun = false, limits = {} } = options;
  await startTelemetry();
  await using stack = new AsyncDisposableStack();
  const statements = db.endStatementsOn?.(signal);
  if (statements) stack.use(statements);
  // A dry run writes nothing; it asks Oura at most whose token it has.
  const budget = dryRun ? null : openAppBudget(settings, db, signal, limits.budget, limits.evenly);
  const shared = openLimits(budget, limits.concurrency, limits.patienceMs);
  stack.use(shared.gate);
  if (options.first) shared.gate.prepare(options.first);
  // A dry run takes no lease, so that no process asks whether it is alive.
  const lock = dryRun ? null : stack.use(await holdProcessLock(settings.dataDirectory));
  const lease = lock?.lease ?? { holder: crypto.randomUUID() };
  const pipeline = options.apply
    ? (await applyAdditive(db, options.pipeline, { ...lease, signal })).pipeline
    : livePipeline(options.pipeline, await readState(db));
  const opened = stack.move();
  return {
    settings,
    db,
    pipeline,
    compiled: compileTypes(pipeline),
    clients: openClients(settings, db, shared, dryRun),
    version: VERSION,
    dryRun,
    lease,
    signal,
    keepLockFile: () => lock?.keepLockFile(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
