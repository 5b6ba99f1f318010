/** A bug in one part of a worker: it is logged, and the other parts go on. */
import assert from "node:assert/strict";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { scheduleSync, wearersDue } from "../../lib/db/store/jobs/sync_schedule.ts";
import { configureLogging } from "../../lib/log/log.ts";
import { openSession } from "../../pipelines/sync/session.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { LiveSession } from "../../server/worker/live_session.ts";
import { runWearerJob } from "../../server/worker/wearer_job.ts";
import { forEachDatabase } from "../support/databases.ts";
import { settled, withWorkerWorld, type WorkerWorld } from "./support.ts";

const HOUR = 3_600_000;

const BUG = new TypeError("a value of a document");

/** Whatever is read of it. */
const broken = <T extends object>(value: T): T =>
  new Proxy(value, {
    get: () => {
      throw BUG;
    },
  });

/** With a column less, which is then new. */
function without(pipeline: Pipeline): Pipeline {
  return {
    ...pipeline,
    types: pipeline.types.map((type) =>
      type.name === "sleep" ? { ...type, columns: type.columns.slice(1) } : type
    ),
  };
}

/** Runs `body`. @returns The log */
async function logOf(body: () => Promise<void>): Promise<string> {
  const texts: string[] = [];
  await configureLogging({ level: "warning", format: "json", write: (text) => texts.push(text) });
  try {
    await body();
  } finally {
    await configureLogging({ level: "error", format: "json", write: () => {} });
  }
  return texts.join("");
}

forEachDatabase(
  "a bug while columns are added, or in a changed oura.yaml, leaves the worker its old one",
  (db) =>
    withWorkerWorld(db, [], async ({ settings, pipeline }) => {
      const { signal } = new AbortController();
      const first = without(pipeline);
      const session = await openSession({ settings, pipeline: first, db, apply: true, signal });
      // The bug is in the transactions that add a column.
      const failing: Database = new Proxy(db, {
        get(from, name) {
          if (name === "transaction") throw BUG;
          const value = Reflect.get(from, name);
          return typeof value === "function" ? value.bind(from) : value;
        },
      });
      let declared = pipeline;
      const log = await logOf(async () => {
        const source = {
          current: () => Promise.resolve(declared),
        };
        await using live = new LiveSession({ ...session, db: failing }, first, source);
        await live.current();
        live.adjust();
        declared = { ...pipeline, checksum: "broken", types: broken(pipeline.types) };
        for (let job = 0; job < 3; job++) {
          assert.notEqual((await live.current()).pipeline.checksum, "broken");
        }
      });
      assert.equal(log.match(/Please report this/g)?.length, 2, log);
      assert.doesNotMatch(log, /a value of a document/);
    }),
);

/** The job of a wearer, with a bug in one document or in all of a data type. */
async function runJobWithBug(
  { settings, pipeline, db }: WorkerWorld,
  hasBug: (document: { id?: unknown }) => boolean,
  syncEveryMs: number | null,
): Promise<void> {
  const { signal } = new AbortController();
  await using session = await openSession({ settings, pipeline, db, apply: true, signal });
  const sleep = session.compiled.get("sleep")!;
  const transform = new Proxy(sleep.transform, {
    apply(of, self, [document]) {
      if (hasBug(document)) throw BUG;
      return Reflect.apply(of, self, [document]);
    },
  });
  const compiled = new Map([...session.compiled, ["sleep", { ...sleep, transform }]]);
  const context = { session: { ...session, compiled }, syncEveryMs, now: () => new Date() };
  await runWearerJob(context, "one", signal);
}

forEachDatabase(
  "a bug in a document makes its event wait like a failure, and keeps no other one back",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [bad, ...others] = world.documents("one", "sleep");
      await world.store([bad!, ...others].map(({ key }) => ({ objectId: key })));
      const log = await logOf(() => runJobWithBug(world, ({ id }) => id === bad!.key, null));
      const events = await world.events();
      const [waiting] = events.filter(({ state }) => state === "pending");
      assert.deepEqual(
        [waiting!.object_id, waiting!.attempts, waiting!.error],
        [bad!.key, 1, "BUG"],
      );
      assert.equal(events.filter(({ state }) => state === "done").length, others.length);
      assert.ok(waiting!.next_attempt_at! > new Date());
      assert.doesNotMatch(log, /a value of a document/);
    }),
);

forEachDatabase(
  "a sync that ends in a bug is due again later, so that it keeps no other wearer back",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      await scheduleSync(db, "one", new Date());
      await assert.rejects(runJobWithBug(world, () => true, 24 * HOUR), BUG);
      // In an hour, or at the wearer's next point of the interval if that is sooner.
      assert.deepEqual(await wearersDue(db, new Date(), 1), []);
      assert.equal((await wearersDue(db, new Date(Date.now() + 2 * HOUR), 1)).length, 1);
    }),
);

forEachDatabase(
  "a bug in a task of the app is logged once, and events are served",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [night] = world.documents("one", "sleep");
      const pipeline = { ...world.pipeline, retention: broken(world.pipeline.retention) };
      const log = await logOf(async () => {
        await using queue = await openBossQueue({ db, runs: false });
        await world.withWorker(async () => {
          for (const eventType of ["create", "update"]) {
            await db.query("DELETE FROM oura.upkeep_tasks");
            await world.store([{ objectId: night!.key, eventType }]);
            await queue.ask(db, ["one"], "events");
            await settled(world);
          }
        }, { pipeline });
      });
      assert.equal((await world.events()).every(({ state }) => state === "done"), true);
      assert.equal(log.match(/Please report this/g)?.length, 1, log);
    }),
);
