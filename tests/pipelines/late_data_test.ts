/** Data that reaches Oura after its day was read. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { addDays } from "../../lib/values/days.ts";
import type { Demand } from "../../pipelines/sync/plan/windows.ts";
import { withPostgres } from "../support/server_database.ts";
import { ScriptedOura, syncScripted } from "../support/scripted_oura.ts";
import { shippedPipeline, syncWearer, withSimulator } from "../support/sync_world.ts";
import { dailySleep } from "./support.ts";

const TODAY = "2026-11-25";
const at = (hour: number, daysLater = 0) =>
  new Date(`${addDays(TODAY, daysLater)}T${String(hour).padStart(2, "0")}:00:00Z`);
const strict = { sanitizeOps: true, sanitizeResources: true };

function lateTest(name: string, body: (db: Database, oura: ScriptedOura) => Promise<void>): void {
  Deno.test(
    name,
    strict,
    () => withPostgres("oura", (db) => body(db, new ScriptedOura()), { applied: true }),
  );
}

async function count(db: Database, table: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM oura.${table} WHERE deleted_at IS NULL`,
  );
  return rows[0]!.count;
}

const daysAgo = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, i) => addDays(TODAY, i - from));
const nights = (days: readonly string[]) => days.map((day) => dailySleep(`night-${day}`, day));
const beats = (days: readonly string[]) =>
  days.map((day) => ({ timestamp: `${day}T10:00:00+00:00`, bpm: 60, source: "rest" }));
const workouts = (days: readonly string[]) =>
  days.map((day) => ({
    id: `workout-${day}`,
    day,
    activity: "running",
    calories: 300.5,
    distance: 5000.5,
    intensity: "moderate",
    label: null,
    source: "confirmed",
    start_datetime: `${day}T17:00:00+00:00`,
    end_datetime: `${day}T18:00:00+00:00`,
  }));
const TYPES = ["daily_sleep", "workout", "heart_rate"];

function served(days: readonly string[]): ScriptedOura["lists"] {
  return { daily_sleep: nights(days), workout: workouts(days), heartrate: beats(days) };
}

const LATER_RUNS: [string, Demand][] = [
  ["sync", { kind: "pending" }],
  ["backfill", { kind: "missing", span: { from: addDays(TODAY, -24), to: TODAY } }],
  ["sync --initial", { kind: "since", from: addDays(TODAY, -30) }],
];
for (const [command, demand] of LATER_RUNS) {
  lateTest(
    `${command} brings the days of a ring whose phone was away for 21 days`,
    async (db, oura) => {
      oura.lists = served(daysAgo(24, 22));
      await syncScripted(db, oura, at(8), TYPES, { kind: "since", from: addDays(TODAY, -30) });
      oura.lists = served(daysAgo(24, 0));
      await syncScripted(db, oura, at(9), TYPES, demand);
      for (const type of TYPES) assert.equal(await count(db, type), 25, type);
    },
  );
}

lateTest(
  "samples come as late as the scores of their days, whatever the look-back",
  async (db, oura) => {
    oura.lists = served(daysAgo(12, 8));
    await syncScripted(db, oura, at(8), TYPES);
    oura.lists = served(daysAgo(12, 1));
    await syncScripted(db, oura, at(9), TYPES);
    for (const type of TYPES) assert.equal(await count(db, type), 12, type);
  },
);

lateTest("a stretch of samples that comes weeks late is read the day after", async (db, oura) => {
  const [old, hole, recent] = [daysAgo(40, 30), daysAgo(29, 20), daysAgo(19, 0)];
  oura.lists = served([...old, ...recent]);
  await syncScripted(db, oura, at(8), TYPES);
  // The second run knows that the ring had delivered later days: it settles the empty ones.
  await syncScripted(db, oura, at(9), TYPES);
  oura.lists = served([...old, ...hole, ...recent]);
  await syncScripted(db, oura, at(10), TYPES);
  assert.equal(await count(db, "heart_rate"), 31, "settled days are read again once a day");
  await syncScripted(db, oura, at(0, 1), TYPES);
  for (const type of TYPES) assert.equal(await count(db, type), 41, type);
});

lateTest(
  "workouts of another app, imported weeks later, are there a day later",
  async (db, oura) => {
    oura.lists = { daily_sleep: nights(daysAgo(70, 0)) };
    await syncScripted(db, oura, at(8), TYPES);
    // The second run knows that the ring had delivered later days: it settles the empty ones.
    await syncScripted(db, oura, at(9), TYPES);
    oura.lists.workout = workouts(daysAgo(70, 30));
    await syncScripted(db, oura, at(10), TYPES);
    assert.equal(await count(db, "workout"), 0, "settled days are read again once a day");
    await syncScripted(db, oura, at(0, 1), TYPES);
    // The last 60 days from tomorrow on, and the two around them that a request holds.
    assert.equal(await count(db, "workout"), 59 - 30 + 1 + 2);
  },
);

lateTest("a tag that ends long after the look-back gets its last day", async (db, oura) => {
  const tag = {
    id: "tag",
    start_day: addDays(TODAY, -23),
    end_day: null as string | null,
    start_time: `${addDays(TODAY, -23)}T09:00:00+00:00`,
    end_time: null,
    tag_type_code: "tag_generic_sick",
    custom_name: null,
    comment: null,
  };
  const types = ["enhanced_tag", "daily_sleep"];
  oura.lists = { enhanced_tag: [tag], daily_sleep: nights(daysAgo(30, 0)) };
  await syncScripted(db, oura, at(8), types);
  await syncScripted(db, oura, at(9), types);
  tag.end_day = addDays(TODAY, -11);
  await syncScripted(db, oura, at(0, 1), types);
  const { rows } = await db.query("SELECT end_day FROM oura.enhanced_tag");
  assert.deepEqual(rows, [{ end_day: tag.end_day }]);
});

lateTest("a document of the future does not settle the days before it", async (db, oura) => {
  oura.lists = { daily_sleep: nights([...daysAgo(24, 22), "2031-01-01"]) };
  await syncScripted(db, oura, at(8), ["daily_sleep"], { kind: "everything" });
  await syncScripted(db, oura, at(8), ["daily_sleep"], {
    kind: "exactly",
    span: { from: "2031-01-01", to: "2031-01-01" },
  });
  assert.equal(await count(db, "daily_sleep"), 4);
  oura.lists.daily_sleep = nights([...daysAgo(24, 0), "2031-01-01"]);
  await syncScripted(db, oura, at(9), ["daily_sleep"]);
  assert.equal(await count(db, "daily_sleep"), 26);
});

lateTest(
  "only the first run of a day makes more requests, for the stretches without samples",
  async (db, oura) => {
    oura.lists = served(daysAgo(90, 0));
    await syncScripted(db, oura, at(8), TYPES);
    const requests: number[] = [];
    for (let hour = 0; hour < 3; hour++) {
      oura.lists = served(daysAgo(90, -1));
      const { traffic } = await syncScripted(db, oura, at(hour, 1), TYPES);
      requests.push(traffic.requests);
    }
    assert.deepEqual(requests, [23, 7, 7]);
  },
);

Deno.test(
  "a first sync in many windows settles old days, and the second does not read them again",
  strict,
  () =>
    withPostgres("oura", async (db) => {
      const now = `${TODAY}T12:00:00Z`;
      await withSimulator({ days: 40, now, users: [{ id: "one", zone: "UTC" }] }, async (oura) => {
        const pipeline = shippedPipeline("oura", 30);
        const sync = () =>
          syncWearer(oura, db, "one", { pipeline, types: ["heart_rate"], concurrency: "auto" });
        assert.ok((await sync()).types[0]!.windows.total > 10);
        oura.world.advance("P1D");
        const { runId } = await sync();
        const { rows: [read] } = await db.query<{ oldest: string }>(
          "SELECT min(from_day) AS oldest FROM oura.sync_windows WHERE run_id = $1",
          [runId],
        );
        assert.ok(read!.oldest > addDays(TODAY, -12), `read back to ${read!.oldest}`);
      });
    }, { applied: true }),
);
