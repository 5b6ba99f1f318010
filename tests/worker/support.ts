/** Signed-in wearers of a simulated Oura, with workers on their database. */
import assert from "node:assert/strict";
import { signInUnattended } from "../../commands/demo/sign_in.ts";
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { type ReceivedEvent, storeEvents } from "../../lib/db/store/jobs/events.ts";
import { queueSchema } from "../../lib/db/store/jobs/job_queue.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { openSession } from "../../pipelines/sync/session.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import type { JobKind } from "../../server/worker/queue.ts";
import { runWearerJob } from "../../server/worker/wearer_job.ts";
import { runWorker, type WorkerOptions } from "../../server/worker/run_worker.ts";
import {
  type RunningSimulator,
  serveSimulator,
  truth,
  type TypeName,
} from "../../simulator/mod.ts";
import { simulatedSettings } from "../support/simulated_settings.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** What a test gets. */
export interface WorkerWorld {
  readonly db: Database;
  readonly oura: RunningSimulator;
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  /** The documents that Oura has of a wearer. */
  documents(userId: string, type: TypeName): { key: string; body: unknown }[];
  /** Stores events as the receiver does. */
  store(events: readonly Partial<ReceivedEvent>[], receivedAt?: Date): Promise<void>;
  /** Runs the job of one wearer, at a time of the test's choice. */
  runJob(userId: string, at?: Date, changed?: Partial<JobOptions>): Promise<void>;
  /** Runs a worker until `body` returns. */
  withWorker(body: () => Promise<void>, options?: RunningOptions): Promise<void>;
  /** What became of the events. */
  events(): Promise<Record<string, unknown>[]>;
}

/** How a worker of a test runs. */
export type RunningOptions = Partial<
  Pick<WorkerOptions, "pipeline" | "source" | "syncEveryMs" | "lookEveryMs">
>;

/** What a job can be given. */
export interface JobOptions {
  readonly pipeline: Pipeline;
  readonly syncEveryMs: number | null;
  readonly signal: AbortSignal;
  /** @default "sync" */
  readonly kind: JobKind;
}

/** Makes such a world for the length of `body`. The first document of each wearer is days old. */
export async function withWorkerWorld(
  db: Database,
  users: readonly string[],
  body: (world: WorkerWorld) => Promise<void>,
): Promise<void> {
  await db.exec(`DROP SCHEMA IF EXISTS ${quoteIdentifier(queueSchema(db.schema))} CASCADE`);
  await using directory = await temporaryDirectory();
  const oura = serveSimulator({ users: users.map((id) => ({ id, zone: "UTC" })), days: 4 });
  try {
    const settings = simulatedSettings(oura, directory.path);
    const pipeline = shippedPipeline(db.schema, 3);
    for (const user of users) {
      oura.simulator.oauth.plan = { user };
      assert.equal(await signInUnattended(settings, db), user);
    }
    await body(worldOf(db, oura, settings, pipeline));
  } finally {
    await oura.close();
  }
}

function worldOf(
  db: Database,
  oura: RunningSimulator,
  settings: Settings,
  pipeline: Pipeline,
): WorkerWorld {
  const signal = new AbortController().signal;
  return {
    db,
    oura,
    settings,
    pipeline,
    documents: (user, type) => [
      ...truth(oura.world, { user, type, from: "2000-01-01", to: "2100-01-01" }),
    ],
    store: (events, receivedAt = new Date()) =>
      db.transaction(async (tx) => {
        const stored = await storeEvents(tx, events.map(completed), receivedAt);
        assert.equal(stored.duplicates, 0);
      }),
    async runJob(userId, at = new Date(), changed = {}) {
      const options = { pipeline, syncEveryMs: null, signal, ...changed };
      await using session = await openSession({ settings, db, apply: true, ...options });
      const context = { session, syncEveryMs: options.syncEveryMs, now: () => at };
      await runWearerJob(context, userId, options.signal, changed.kind);
    },
    async withWorker(body, options = {}) {
      const controller = new AbortController();
      const queue = await openBossQueue({ db, runs: true, pollSeconds: 0.5 });
      const working = runWorker({
        settings,
        pipeline,
        db,
        queue,
        slots: { general: 2, events: 1 },
        syncEveryMs: null,
        signal: controller.signal,
        lookEveryMs: 100,
        ...options,
      });
      try {
        await Promise.race([body(), working]);
      } finally {
        controller.abort(new Error("the test is over"));
        await working;
      }
    },
    async events() {
      const { rows } = await db.query(
        `SELECT object_id, state, attempts, error, next_attempt_at FROM oura.webhook_events
          ORDER BY id`,
      );
      return rows;
    },
  };
}

let eventNumber = 0;

function completed(event: Partial<ReceivedEvent>): ReceivedEvent {
  const instant = new Date(Date.UTC(2026, 0, 1) + eventNumber++ * 1_000).toISOString();
  return {
    userId: "one",
    dataType: "sleep",
    objectId: "none",
    eventType: "create",
    eventTime: instant,
    payload: {},
    isKnown: true,
    ...event,
  };
}

/** Waits for what becomes true by itself. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!await what()) await sleep(50);
}

/** Waits until no event is pending. */
export async function settled({ db }: WorkerWorld): Promise<void> {
  await until(async () => {
    const { rows } = await db.query("SELECT 1 FROM oura.webhook_events WHERE state = 'pending'");
    return rows.length === 0;
  });
}
