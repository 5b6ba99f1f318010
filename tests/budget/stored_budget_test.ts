/** The row that all processes share: what it grants, when requests are free again, and whose clock counts. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { SqlError } from "../../lib/db/driver/errors/errors.ts";
import { budgetsLeft, StoredBudget } from "../../lib/db/store/budget.ts";
import type { Priority } from "../../lib/oura/http/rate_budget.ts";
import { openAppBudget } from "../../pipelines/sync/app_budget.ts";
import { forEachWay } from "../faults/support/pooled.ts";

const SIZE = { requests: 100, perMs: 300_000 };
const SLOT_MS = 10_000;
const NOTHING = new Map<string, number>();

const open = (db: Database) => new StoredBudget(db, "app", SIZE);

/**
 * Lets slots pass for the row: what is in it becomes older. A real slot may begin during a test, so
 * that all bounds leave room for one.
 */
async function pass(db: Database, slots: number): Promise<void> {
  await db.query(
    `UPDATE oura.rate_budget SET slot = slot - $1, asked_at = asked_at - $1 * interval '10 seconds',
      closed_until = closed_until - $1 * interval '10 seconds',
      spent = (SELECT coalesce(jsonb_object_agg(key::bigint - $1, value), '{}') FROM jsonb_each(spent))`,
    [slots],
  );
}

/** Reserves until nothing is granted. @returns What was granted, one by one */
async function drain(
  budget: StoredBudget,
  wanted: number,
  most = 100,
  evenly = false,
): Promise<number[]> {
  const grants: number[] = [];
  for (;;) {
    const { granted } = await budget.reserve(wanted, most, NOTHING, evenly);
    if (granted === 0) return grants;
    grants.push(granted);
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

forEachWay("a budget is spent in portions that shrink, to the last request", async (db) => {
  const budget = open(db);
  const first = await budget.reserve(5, 100, NOTHING);
  assert.deepEqual([first.granted, first.left, first.retryAfterMs], [5, 95, 0]);
  assert.equal(first.validMs, SLOT_MS / 2);
  const grants = await drain(budget, 400);
  assert.equal(grants[0], Math.ceil(95 / 8));
  assert.deepEqual(grants, grants.toSorted((a, b) => b - a));
  assert.equal(sum(grants), 95);
  assert.equal((await budgetsLeft(db, SIZE)).get("app"), 0);
  assert.equal((await budgetsLeft(db, SIZE)).get("other"), undefined);
});

forEachWay("processes that ask at the same time are granted no request twice", async (db) => {
  await Promise.all(Array.from({ length: 4 }, () => drain(open(db), 3))).then((grants) =>
    assert.equal(sum(grants.flat()), 100)
  );
});

forEachWay("lent evenly, the second half lasts, and no slot is without requests", async (db) => {
  const size = { requests: 3_200, perMs: 300_000 };
  const budget = new StoredBudget(db, "app", size);
  // Of a span and two slots, in which a request counts.
  const even = 100;
  const lent: number[] = [];
  for (let slot = 0; slot < 96; slot++) {
    lent.push(sum(await drain(budget, 400, size.requests, true)));
    await pass(db, 1);
  }
  assert.ok(lent[0]! >= 1_600 && lent[0]! < 1_900, String(lent));
  // A real slot may begin in between, so that some get a second part, or lose one.
  assert.ok(lent.slice(1).filter((each) => each > 2 * even).length <= 3, String(lent));
  assert.ok(lent.filter((each) => each < even * 0.4).length <= 2, String(lent));
  assert.ok(lent.every((each) => each > 0), String(lent));
  for (let from = 0; from + 30 <= lent.length; from++) {
    assert.ok(sum(lent.slice(from, from + 30)) <= size.requests);
  }
  assert.ok(sum(lent.slice(64)) >= 32 * even * 0.95, String(lent));
});

forEachWay("lent evenly, no slot goes to the process that asks first", async (db) => {
  const size = { requests: 3_200, perMs: 300_000 };
  const [near, far] = [new StoredBudget(db, "app", size), new StoredBudget(db, "app", size)];
  await drain(near, 400, size.requests, true);
  const lent = { near: 0, far: 0 };
  for (let slot = 0; slot < 20; slot++) {
    await pass(db, 1);
    for (const [name, budget] of Object.entries({ near, far })) {
      const { granted } = await budget.reserve(400, size.requests, NOTHING, true);
      assert.ok(granted > 0, `${name} got nothing in slot ${slot}`);
      lent[name as keyof typeof lent] += granted;
    }
  }
  assert.ok(lent.far >= 0.4 * lent.near, JSON.stringify(lent));
});

forEachWay("a document that Oura announced does not wait for its part", async (db) => {
  const app = { clientId: "a", accessToken: null };
  const signal = new AbortController().signal;
  const budget = openAppBudget(app, db, signal, { requests: 3_200, perMs: 300_000 }, true);
  for (let granted = 1; granted > 0;) ({ granted } = await budget.reserve("sync", 400, NOTHING));
  const waiting = await budget.reserve("sync", 1, NOTHING);
  assert.equal(waiting.granted, 0);
  assert.ok(waiting.retryAfterMs <= SLOT_MS, "until the next slot");
  assert.equal((await budget.reserve("document", 4, NOTHING)).granted, 4);
});

forEachWay("who may spend less leaves the rest to others", async (db) => {
  const budget = open(db);
  assert.equal(sum(await drain(budget, 400, 80)), 80);
  assert.equal(sum(await drain(budget, 400, 96)), 16);
  assert.equal((await budget.reserve(1, 80, NOTHING)).granted, 0);
  assert.equal(sum(await drain(budget, 400, 100)), 4);
});

forEachWay("of 5,000 requests a backfill leaves 1,000, a sync 200, a document none", async (db) => {
  const budget = openAppBudget(
    { clientId: "a", accessToken: null },
    db,
    AbortSignal.timeout(60_000),
  );
  const most: number[] = [];
  for (const priority of ["backfill", "sync", "document"] satisfies Priority[]) {
    const { granted, left } = await budget.reserve(priority, 1, NOTHING);
    most.push(granted + left);
  }
  assert.deepEqual(most, [4_000, 4_800 - 1, 5_000 - 2]);
});

forEachWay("a request counts for the whole span and two slots, then it is free", async (db) => {
  const budget = open(db);
  assert.equal(sum(await drain(budget, 400)), 100);
  await pass(db, 10);
  const waiting = await budget.reserve(1, 100, NOTHING);
  assert.equal(waiting.granted, 0);
  // 32 slots in all, of which 10 have passed, and the newest one has begun.
  assert.ok(waiting.retryAfterMs > 20 * SLOT_MS && waiting.retryAfterMs <= 22 * SLOT_MS);
  await pass(db, 20);
  assert.equal((await budget.reserve(1, 100, NOTHING)).granted, 0);
  await pass(db, 2);
  assert.equal(sum(await drain(budget, 400)), 100);
});

forEachWay("the wait is the one until enough slots are free for the asker's rank", async (db) => {
  const budget = open(db);
  await budget.reserve(8, 100, NOTHING);
  await pass(db, 5);
  assert.equal(sum(await drain(budget, 400)), 92);
  // The 8 of the older slot would leave 92 spent: too many for who may spend 80.
  const lower = await budget.reserve(1, 80, NOTHING);
  assert.ok(lower.retryAfterMs > 30 * SLOT_MS);
  const higher = await budget.reserve(1, 100, NOTHING);
  assert.ok(higher.retryAfterMs <= 27 * SLOT_MS);
});

forEachWay("what is given back is free at once; twice given back counts once", async (db) => {
  const budget = open(db);
  const { slot, granted } = await budget.reserve(10, 100, NOTHING);
  assert.equal(granted, 10);
  await budget.giveBack(new Map([[slot, 4]]));
  assert.equal((await budgetsLeft(db, SIZE)).get("app"), 94);
  assert.equal((await budget.reserve(2, 100, new Map([[slot, 6]]))).left, 98);
  await budget.giveBack(new Map([[slot, 50]]));
  assert.equal((await budgetsLeft(db, SIZE)).get("app"), 100);
  await pass(db, 40);
  await budget.giveBack(new Map([[slot, 4]]));
  assert.equal((await budgetsLeft(db, SIZE)).get("app"), 100);
});

forEachWay("what is given back counts once, also when the answer is lost", async (db) => {
  const { slot } = await open(db).reserve(10, 100, NOTHING);
  let isLost = false;
  const losing = new Proxy(db, {
    get(from, name) {
      const value = Reflect.get(from, name);
      if (name !== "query") return typeof value === "function" ? value.bind(from) : value;
      return async (...given: Parameters<Database["query"]>) => {
        const result = await from.query(...given);
        if (isLost) return result;
        isLost = true;
        throw new SqlError("DATABASE_CONNECTION_LOST", "lost", { sqlState: null, retryable: true });
      };
    },
  });
  // Reserved twice, one of them in vain; four of the ten are given back, once.
  await open(losing).reserve(1, 100, new Map([[slot, 4]]));
  assert.ok(isLost);
  assert.equal((await budgetsLeft(db, SIZE)).get("app"), 100 - 6 - 2);
});

forEachWay("one process's wait holds all back, for the span of the budget at most", async (db) => {
  const [one, other] = [open(db), open(db)];
  await one.close(60_000);
  const held = await other.reserve(1, 100, NOTHING);
  assert.equal(held.granted, 0);
  assert.ok(held.closedMs > 50_000 && held.closedMs <= 60_000, `${held.closedMs}`);
  assert.ok(held.retryAfterMs >= held.closedMs);
  await one.close(1_000);
  assert.ok((await other.reserve(1, 100, NOTHING)).closedMs > 50_000, "the longer wait stays");
  await one.close(86_400_000);
  const longest = await other.reserve(1, 100, NOTHING);
  assert.ok(longest.closedMs > 290_000 && longest.closedMs <= 300_000);
  await pass(db, 31);
  assert.equal((await other.reserve(1, 100, NOTHING)).granted, 1);
});

forEachWay(
  "a server's clock that was set back frees no request and blocks no process",
  async (db) => {
    const budget = open(db);
    assert.equal(sum(await drain(budget, 400)), 100);
    await budget.close(60_000);
    // The row comes from an hour, then from a day later than the clock says.
    for (const slots of [360, 8_640]) {
      await pass(db, -slots);
      const { granted, closedMs, retryAfterMs } = await budget.reserve(1, 100, NOTHING);
      assert.equal(granted, 0);
      assert.ok(closedMs > 0 && closedMs <= 61_000, `${closedMs}`);
      assert.ok(retryAfterMs > 30 * SLOT_MS && retryAfterMs <= 32 * SLOT_MS, `${retryAfterMs}`);
    }
    await pass(db, 32);
    assert.equal(sum(await drain(budget, 400)), 100);
  },
);

forEachWay("a small step back of the clock, as of a standby, changes nothing", async (db) => {
  const budget = open(db);
  assert.equal(sum(await drain(budget, 400, 50)), 50);
  await pass(db, -3);
  assert.equal(sum(await drain(budget, 400, 100)), 50);
});
