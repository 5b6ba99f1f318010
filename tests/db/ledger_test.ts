import assert from "node:assert/strict";
import fc from "fast-check";
import { addDays, daysBetween, type DaySpan } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { type LedgerEntry, readCoverage, recordWindow } from "../../lib/db/store/ledger.ts";
import { forEachDatabase } from "../support/databases.ts";

const DAY_ZERO = "2026-03-20";
const TYPE = "daily_sleep";

function entry(from: number, to: number, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    userId: "w",
    dataType: TYPE,
    from: addDays(DAY_ZERO, from),
    to: addDays(DAY_ZERO, to),
    state: "done",
    rows: 1,
    fetchedAt: new Date(`${addDays(DAY_ZERO, 1_000)}T12:00:00Z`),
    runId: null,
    deliveredTo: addDays(DAY_ZERO, 1_000),
    snapshot: false,
    ...more,
  };
}

const failed = (from: number, to: number) =>
  entry(from, to, { state: "failed", error: { code: "OURA_SERVER_ERROR", message: "503" } });

const dayOf = (day: number) => addDays(DAY_ZERO, day);

/** Noon UTC of a day. */
const noon = (day: number) => new Date(`${addDays(DAY_ZERO, day)}T12:00:00Z`);

async function coverage(db: Database, lookbackDays = 7, lateDays = 900, today = DAY_ZERO) {
  const rule = { dataType: TYPE, lookbackDays, lateDays };
  const found = (await readCoverage(db, "w", [rule], today)).get(TYPE)!;
  return {
    read: found.read.map(numbers),
    readToday: found.readToday.map(numbers),
    settled: found.settled.map(numbers),
    failed: found.failed.map(numbers),
  };
}

const numbers = ({ from, to }: DaySpan) => [daysBetween(DAY_ZERO, from), daysBetween(DAY_ZERO, to)];

forEachDatabase(
  "an unknown type has no coverage, and one type says nothing of another",
  async (db) => {
    await recordWindow(db, entry(0, 9, { dataType: "workout" }));
    await recordWindow(db, entry(0, 9, { userId: "other" }));
    const nothing = { read: [], readToday: [], settled: [], failed: [] };
    assert.deepEqual(await coverage(db), nothing);
  },
);

forEachDatabase(
  "a day is settled only when read the look-back after it, and two days at least",
  async (db) => {
    await recordWindow(db, entry(0, 20, { fetchedAt: noon(15) }));
    for (const [lookback, last] of [[7, 8], [3, 12], [2, 13], [1, 13], [0, 13], [15, 0]] as const) {
      assert.deepEqual(
        (await coverage(db, lookback)).settled,
        [[0, last]],
        `look-back ${lookback}`,
      );
    }
    assert.deepEqual((await coverage(db, 16)).settled, []);
  },
);

forEachDatabase(
  "a day is settled only when read after something later than the day had been delivered",
  async (db) => {
    const rows = [[null, []], [-1, []], [0, []], [1, [[0, 0]]], [6, [[0, 5]]], [30, [[
      0,
      8,
    ]]]] as const;
    for (const [newest, settled] of rows) {
      const deliveredTo = newest === null ? null : addDays(DAY_ZERO, newest);
      await recordWindow(db, entry(0, 20, { fetchedAt: noon(15), deliveredTo }));
      assert.deepEqual((await coverage(db)).settled, settled, `data up to day ${newest}`);
      assert.deepEqual((await coverage(db)).read, [[0, 20]]);
    }
  },
);

forEachDatabase(
  "one reading settles a day that is too old for late data, whatever was delivered",
  async (db) => {
    await recordWindow(db, entry(0, 99, { fetchedAt: noon(100), deliveredTo: null }));
    const rows = [[60, [[0, 40]]], [3, [[0, 93]]], [0, [[0, 93]]], [100, [[0, 0]]], [
      101,
      [],
    ]] as const;
    for (const [late, settled] of rows) {
      assert.deepEqual((await coverage(db, 7, late)).settled, settled, `late ${late}`);
    }
  },
);

forEachDatabase("what was read on the day itself is told apart", async (db) => {
  await recordWindow(db, entry(0, 9, { fetchedAt: noon(9) }));
  await recordWindow(db, entry(5, 11, { fetchedAt: noon(10) }));
  await recordWindow(db, failed(12, 13));
  const found = await coverage(db, 7, 60, addDays(DAY_ZERO, 10));
  assert.deepEqual(found.readToday, [[5, 11]]);
  assert.deepEqual(found.read, [[0, 11]]);
});

forEachDatabase(
  "windows that touch settle one span; a day between keeps them apart",
  async (db) => {
    await recordWindow(db, entry(0, 4));
    await recordWindow(db, entry(5, 9));
    await recordWindow(db, entry(11, 12));
    assert.deepEqual((await coverage(db)).settled, [[0, 9], [11, 12]]);
  },
);

forEachDatabase(
  "the day of a reading is the UTC day, whatever the session's time zone",
  async (db) => {
    await recordWindow(db, entry(0, 20, { fetchedAt: new Date("2026-03-30T23:30:00-10:00") }));
    for (const zone of ["Pacific/Kiritimati", "Pacific/Honolulu"]) {
      const settled = await db.transaction(async (tx) => {
        await tx.exec(`SET LOCAL TIME ZONE '${zone}'`);
        const rule = { dataType: TYPE, lookbackDays: 2, lateDays: 60 };
        return (await readCoverage(tx, "w", [rule], "2026-03-31")).get(TYPE)!.settled;
      });
      assert.deepEqual(settled.map(numbers), [[0, 9]], zone);
    }
  },
);

forEachDatabase("a failed window stays until all of its days are read", async (db) => {
  await recordWindow(db, failed(0, 9));
  await recordWindow(db, entry(3, 5));
  assert.deepEqual((await coverage(db)).failed, [[0, 2], [6, 9]]);
  await recordWindow(db, entry(0, 3));
  await recordWindow(db, entry(8, 20));
  assert.deepEqual((await coverage(db)).failed, [[6, 7]]);
  await recordWindow(db, entry(6, 7));
  const { settled, failed: left } = await coverage(db);
  assert.deepEqual({ settled, left }, { settled: [[0, 20]], left: [] });
}, { otherSchema: true });

forEachDatabase("a failure does not unread what was read", async (db) => {
  await recordWindow(db, entry(0, 9));
  await recordWindow(db, failed(0, 9));
  const { settled, failed: broken } = await coverage(db);
  assert.deepEqual({ settled, broken }, { settled: [[0, 9]], broken: [[0, 9]] });
  const { rows } = await db.query(
    "SELECT error_code, error_message FROM oura.sync_windows WHERE state = 'failed'",
  );
  assert.deepEqual(rows, [{ error_code: "OURA_SERVER_ERROR", error_message: "503" }]);
});

forEachDatabase(
  "a run that began earlier and ends later does not take back what a later one read",
  async (db) => {
    const rows = async () => (await db.query("SELECT 1 FROM oura.sync_windows")).rowCount;
    await recordWindow(db, entry(2, 9, { fetchedAt: noon(30), deliveredTo: dayOf(29) }));
    await recordWindow(db, entry(0, 20, { fetchedAt: noon(15), deliveredTo: dayOf(14) }));
    assert.deepEqual((await coverage(db)).settled, [[0, 9]]);
    assert.deepEqual((await coverage(db)).read, [[0, 20]]);
    await recordWindow(db, entry(0, 20, { fetchedAt: noon(30), deliveredTo: dayOf(29) }));
    assert.deepEqual((await coverage(db)).settled, [[0, 20]]);
    assert.equal(await rows(), 1);
  },
);

forEachDatabase("only the latest reading of a collection without a range is kept", async (db) => {
  for (const day of [1, 2, 2, 5]) await recordWindow(db, entry(day, day, { snapshot: true }));
  await recordWindow(db, { ...failed(6, 6), snapshot: true });
  await recordWindow(db, entry(7, 7, { snapshot: true }));
  const { rows } = await db.query<{ from_day: string }>(
    "SELECT from_day FROM oura.sync_windows",
  );
  assert.deepEqual(rows.map(({ from_day }) => from_day), [addDays(DAY_ZERO, 7)]);
});

const DAYS = 30;
const step = fc.record({
  from: fc.nat(DAYS - 1),
  length: fc.nat(8),
  done: fc.boolean(),
  /** Days until the next reading is recorded; below zero for a run that began earlier. */
  later: fc.integer({ min: -4, max: 6 }),
  /** How many days before the reading the newest data is; null when there is no new data. */
  behind: fc.option(fc.nat(12)),
});

forEachDatabase("the ledger agrees with a naive one over any order of windows", async (db) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 10 }),
      fc.nat(9),
      fc.nat(20),
      async (steps, lookback, late) => {
        await db.exec("TRUNCATE oura.sync_windows");
        const settled = new Set<number>();
        const broken = new Set<number>();
        let now = 0;
        let newest = -Infinity;
        for (const { from, length, done, later, behind } of steps) {
          now += later;
          const to = from + length;
          // What was delivered stays delivered.
          newest = Math.max(newest, behind === null ? -Infinity : now - behind);
          const deliveredTo = newest === -Infinity ? null : addDays(DAY_ZERO, newest);
          const reading = { fetchedAt: noon(now), deliveredTo };
          const window = done ? entry(from, to, reading) : failed(from, to);
          await recordWindow(db, window);
          for (let day = from; day <= to; day++) {
            if (!done) broken.add(day);
            else {
              broken.delete(day);
              const age = now - day;
              const isOver = age >= Math.max(lookback, 2) && newest > day;
              if (isOver || age >= Math.max(late, lookback, 2)) settled.add(day);
            }
          }
        }
        const found = await coverage(db, lookback, late);
        const days = (spans: number[][]) =>
          new Set(
            spans.flatMap(([from, to]) =>
              Array.from({ length: to! - from! + 1 }, (_, i) => from! + i)
            ),
          );
        assert.deepEqual([...days(found.settled)].sort(), [...settled].sort());
        assert.deepEqual([...days(found.failed)].sort(), [...broken].sort());
        for (const [i, span] of found.settled.entries()) {
          assert.ok(i === 0 || span[0]! > found.settled[i - 1]![1]! + 1, "merged and in order");
        }
      },
    ),
    { numRuns: 25 },
  );
});
