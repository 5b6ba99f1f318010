/** The queue: jobs exist with their transaction, one wearer's never run at once, events come first. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { type JobCounts, jobCounts, queueSchema } from "../../lib/db/store/jobs/job_queue.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import type { Urgency, WearerQueue } from "../../server/worker/queue.ts";
import { forEachDatabase, withPostgres } from "../support/databases.ts";

const ONE_SLOT = { general: 1, events: 0 };
const SYNC = { syncDueAt: new Date(Date.UTC(2026, 2, 1)) };

/** Empties the queue's schema, which the other tests of a database know nothing of. */
async function withQueue(db: Database, body: (queue: WearerQueue) => Promise<void>): Promise<void> {
  await db.exec(`DROP SCHEMA IF EXISTS ${quoteIdentifier(queueSchema(db.schema))} CASCADE`);
  await using queue = await openBossQueue({ db, runs: true, pollSeconds: 0.5 });
  await body(queue);
}

async function counts(db: Database): Promise<JobCounts> {
  const found = await jobCounts(db);
  assert.ok(found);
  return found;
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!await what()) await sleep(20);
}

forEachDatabase("a job exists if and only if its transaction commits", async (db) => {
  await withQueue(db, async (queue) => {
    await assert.rejects(db.transaction(async (tx) => {
      await queue.ask(tx, ["one"], "events");
      throw new Error("the events could not be stored");
    }));
    assert.equal((await counts(db)).waiting, 0);
    await db.transaction((tx) => queue.ask(tx, ["one"], "events"));
    assert.equal((await counts(db)).waiting, 1);
  });
}, { otherSchema: true });

Deno.test("processes that start at once on a new database all get the queue", () =>
  withPostgres("oura", async (db) => {
    for (let round = 0; round < 3; round++) {
      const schema = quoteIdentifier(queueSchema(db.schema));
      await db.exec(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      const opening = Array.from({ length: 4 }, () => openBossQueue({ db, runs: false }));
      const queues = await Promise.all(opening);
      for (const queue of queues) await queue[Symbol.asyncDispose]();
    }
  }));

forEachDatabase(
  "a waiting job is enough for all that is asked; a running one is not",
  async (db) => {
    await withQueue(db, async (queue) => {
      for (const urgency of [SYNC, "events", SYNC] satisfies Urgency[]) {
        await queue.ask(db, ["one"], urgency);
      }
      assert.equal((await counts(db)).waiting, 1);
      const done: string[] = [];
      await queue.work(ONE_SLOT, async (userId) => {
        // What comes while the job runs may have come too late for it.
        if (done.length === 0) await queue.ask(db, [userId], "events");
        done.push(userId);
      });
      await until(() => done.length === 2);
      await until(async () => {
        const { waiting, active } = await counts(db);
        return waiting + active === 0;
      });
      assert.deepEqual(done, ["one", "one"]);
    });
  },
);

forEachDatabase("events come before syncs, whichever was asked for first", async (db) => {
  await withQueue(db, async (queue) => {
    await queue.ask(db, ["a", "b"], SYNC);
    await queue.ask(db, ["c"], "events");
    await queue.ask(db, ["b"], "events");
    const order: string[] = [];
    await queue.work(ONE_SLOT, (userId) => Promise.resolve(void order.push(userId)));
    await until(() => order.length === 3);
    assert.equal(order.at(-1), "a");
  });
});

forEachDatabase(
  "syncs come in the order in which they became due, however often they are asked for",
  async (db) => {
    await withQueue(db, async (queue) => {
      const due = (minute: number) => ({ syncDueAt: new Date(Date.UTC(2026, 2, 1, 12, minute)) });
      for (const [userId, minute] of [["c", 3], ["b", 2], ["d", 4]] as const) {
        await queue.ask(db, [userId], due(minute));
      }
      await queue.ask(db, ["a"], "events");
      const order: string[] = [];
      await queue.work(ONE_SLOT, async (userId, _, kind) => {
        // Its sync was due before all others, and waits for no later one.
        if (kind === "events") await queue.ask(db, [userId], due(1));
        order.push(`${kind} of ${userId}`);
      });
      await until(() => order.length === 5);
      assert.deepEqual(order, ["events of a", "sync of a", "sync of b", "sync of c", "sync of d"]);
    });
  },
);

forEachDatabase("a slot for events takes no sync", async (db) => {
  await withQueue(db, async (queue) => {
    await queue.ask(db, ["a", "b", "c"], SYNC);
    const held = Promise.withResolvers<void>();
    const begun: string[] = [];
    await queue.work({ general: 1, events: 1 }, async (userId) => {
      begun.push(userId);
      if (userId !== "d") await held.promise;
    });
    await until(() => begun.length === 1);
    await queue.ask(db, ["d"], "events");
    await until(() => begun.includes("d"));
    assert.equal(begun.length, 2);
    held.resolve();
    await until(() => begun.length === 4);
  });
});

forEachDatabase("two workers never have jobs of one wearer at once, and lose none", async (db) => {
  await withQueue(db, async (queue) => {
    await using other = await openBossQueue({ db, runs: true, pollSeconds: 0.5 });
    const wearers = Array.from({ length: 8 }, (_, index) => `wearer-${index}`);
    const asked = new Map<string, number>();
    const seen = new Map<string, number>();
    const running = new Set<string>();
    let overlaps = 0;
    const job = async (userId: string) => {
      if (running.has(userId)) overlaps++;
      running.add(userId);
      const count = asked.get(userId) ?? 0;
      await sleep(Math.random() * 20);
      seen.set(userId, count);
      running.delete(userId);
    };
    await queue.work({ general: 3, events: 1 }, job);
    await other.work({ general: 3, events: 1 }, job);
    for (let round = 1; round <= 25; round++) {
      await Promise.all(wearers.map((userId) =>
        db.transaction(async (tx) => {
          await queue.ask(tx, [userId], round % 2 === 0 ? "events" : SYNC);
          asked.set(userId, round);
        })
      ));
    }
    await until(() => wearers.every((userId) => seen.get(userId) === 25));
    assert.equal(overlaps, 0);
  });
});

forEachDatabase("a job that fails is tried again, and counted when it gives up", async (db) => {
  await withQueue(db, async (queue) => {
    await queue.ask(db, ["one"], SYNC);
    let tries = 0;
    await queue.work(ONE_SLOT, () => {
      tries++;
      return Promise.reject(new Error("a bug"));
    });
    for (let again = 0; again < 5; again++) {
      await until(() => tries > again);
      await until(async () => (await counts(db)).active === 0);
      await db.queryRaw(
        `UPDATE ${quoteIdentifier(queueSchema(db.schema))}.job SET start_after = now()`,
      );
    }
    await until(async () => (await counts(db)).failed === 1);
    assert.deepEqual(await queue.takeFailed(), ["one"]);
    assert.equal((await counts(db)).failed, 0);
  });
});
