import assert from "node:assert/strict";
import { addDays, daysBetween } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { findGaps, type Gap, type GapQuery } from "../../reports/gaps/find_gaps.ts";
import { type RunningSimulator, truth, type TypeName } from "../../simulator/mod.ts";
import { onServerFirst } from "../support/server_first.ts";
import { shippedPipeline, syncWearer, withSimulator } from "../support/sync_world.ts";

const NOW = "2026-03-29T09:40:00Z";
const TODAY = "2026-03-29";
const DAYS = 12;
const FIRST = addDays(TODAY, -DAYS);
/** The last day that is settled by a reading of today: as old as the look-back. */
const SETTLED = addDays(TODAY, -7);

function gapsOf(
  db: Database,
  userId: string,
  query: Partial<GapQuery> = {},
): Promise<Gap[]> {
  const pipeline = shippedPipeline(db.schema, DAYS);
  return findGaps(db, { pipeline, userId, scopes: null, to: TODAY, today: TODAY, ...query });
}

function told(gaps: readonly Gap[], dataType: string) {
  return gaps.filter((gap) => gap.dataType === dataType)
    .map(({ from, to, cause, code }) => ({ from, to, cause, code }));
}

/** The days of a span on which the simulator has nothing of a type, as spans. */
function emptyDays(
  { world }: RunningSimulator,
  { user, type, from, to }: { user: string; type: TypeName; from: string; to: string },
) {
  const empty: { from: string; to: string }[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if ([...truth(world, { user, type, from: day, to: day })].length > 0) continue;
    const last = empty.at(-1);
    if (last && daysBetween(last.to, day) === 1) last.to = day;
    else empty.push({ from: day, to: day });
  }
  return empty;
}

onServerFirst("findGaps() tells each cause in a history that has them all", async (db) => {
  const users = [{
    id: "one",
    zone: "UTC",
    scopes: ["email", "personal", "daily", "heartrate", "session", "stress"],
  }];
  await withSimulator({ users, days: 40, now: NOW }, async (oura) => {
    const { faults } = oura.simulator;
    faults.add({ kind: "status", match: "/usercollection/sleep\\?", status: 500 });
    faults.add({ kind: "malform", match: "/daily_sleep\\?", field: "score", value: "high" });
    const pipeline = shippedPipeline(db.schema, DAYS);
    const types = pipeline.types.map(({ name }) => name).filter((name) => name !== "tag");
    await syncWearer(oura, db, "one", { pipeline, types });

    const from = addDays(FIRST, -5);
    const gaps = await gapsOf(db, "one", { from, all: true });
    const before = { from, to: addDays(FIRST, -1), cause: "never_fetched", code: null };

    assert.deepEqual(told(gaps, "tag"), [
      { from, to: TODAY, cause: "never_fetched", code: null },
    ]);
    assert.deepEqual(told(gaps, "sleep"), [
      before,
      { from: FIRST, to: TODAY, cause: "failed", code: "OURA_SERVER_ERROR" },
    ]);
    assert.deepEqual(told(gaps, "workout"), [
      { from, to: TODAY, cause: "scope_missing", code: "OURA_ACCESS_DENIED" },
    ]);
    const sessions = { user: "one", type: "session" } as const;
    const settled = emptyDays(oura, { ...sessions, from: FIRST, to: SETTLED });
    const open = emptyDays(oura, { ...sessions, from: addDays(SETTLED, 1), to: TODAY });
    assert.ok(settled.length > 0 && open.length > 0);
    assert.deepEqual(
      told(gaps, "session").filter(({ from }) => from! >= FIRST),
      [
        ...settled.map((span) => ({ ...span, cause: "no_data", code: null })),
        ...open.map((span) => ({ ...span, cause: "no_data_yet", code: null })),
      ],
    );
    const rejected = told(gaps, "daily_sleep").filter(({ cause }) => cause === "rejected");
    assert.ok(rejected.length > 0);
    for (const { code } of rejected) assert.equal(code, "REJECTED");
    const gap = gaps.find(({ cause }) => cause === "rejected");
    assert.match(gap!.message!, /^quarantined at score: /);
    assert.ok(!gap!.message!.includes("high"), "no value is told");
    // Some days before the first one asked for come with it.
    for (const dataType of ["heart_rate", "session"]) {
      const unread = told(gaps, dataType).filter(({ cause }) => cause === "never_fetched");
      assert.ok(unread.length > 0 && unread.every(({ to }) => to! < FIRST), dataType);
    }
    assert.deepEqual(told(gaps, "heart_rate").filter(({ to }) => to! >= FIRST), []);
    assert.deepEqual(told(gaps, "personal_info"), []);
    for (const gap of gaps) {
      if (gap.from && gap.to) assert.equal(gap.days, daysBetween(gap.from, gap.to) + 1);
    }
  });
}, { otherSchema: true });

onServerFirst("findGaps() goes by the granted scopes where they are known", async (db) => {
  await withSimulator({ users: [{ id: "one", zone: "UTC" }], days: 20, now: NOW }, async (oura) => {
    const types = ["daily_sleep"];
    await syncWearer(oura, db, "one", { pipeline: shippedPipeline(db.schema, DAYS), types });
    const gaps = await gapsOf(db, "one", { scopes: new Set(["daily", "ring_configuration"]) });
    assert.deepEqual(told(gaps, "workout"), [
      { from: FIRST, to: TODAY, cause: "scope_missing", code: "SCOPE_NOT_GRANTED" },
    ]);
    assert.deepEqual(told(gaps, "daily_stress").map(({ cause }) => cause), ["never_fetched"]);
    assert.deepEqual(told(gaps, "ring_configuration"), [
      { from: null, to: null, cause: "never_fetched", code: null },
    ]);
  });
});

onServerFirst("findGaps() blames no scope that the portal cannot grant", async (db) => {
  await withSimulator({ users: [{ id: "one", zone: "UTC" }], days: 20, now: NOW }, async (oura) => {
    await syncWearer(oura, db, "one", {
      pipeline: shippedPipeline(db.schema, DAYS),
      types: ["daily_sleep"],
    });
    const gaps = await gapsOf(db, "one", { scopes: new Set(["daily"]), portal: "legacy" });
    const causes = (name: string) => told(gaps, name).map(({ cause }) => cause);
    assert.deepEqual(causes("ring_configuration"), ["never_fetched"]);
    assert.deepEqual(causes("workout"), ["scope_missing"]);
  });
});

onServerFirst("findGaps() counts samples to the wearer's own day, east of UTC", async (db) => {
  const users = [{ id: "east", zone: "+13:00" }];
  await withSimulator({ users, days: 20, now: NOW }, async (oura) => {
    const pipeline = shippedPipeline(db.schema, DAYS);
    await syncWearer(oura, db, "east", { pipeline });
    // One local day without samples: half of it is another UTC day, which keeps its other half.
    await db.exec(
      `DELETE FROM "${db.schema}".heart_rate
      WHERE "timestamp" >= '2026-03-19T11:00Z' AND "timestamp" < '2026-03-20T11:00Z'`,
    );
    const gaps = await gapsOf(db, "east", { types: ["heart_rate"], from: addDays(FIRST, 2) });
    assert.deepEqual(told(gaps, "heart_rate"), [
      { from: "2026-03-20", to: "2026-03-20", cause: "failed", code: "ROWS_MISSING" },
    ]);
  });
});

onServerFirst("a repaired failure is no gap, and backfill asks for nothing twice", async (db) => {
  await withSimulator({ users: [{ id: "one", zone: "UTC" }], days: 60, now: NOW }, async (oura) => {
    const pipeline = shippedPipeline(db.schema, DAYS);
    const demand = { kind: "missing" as const, span: { from: "2026-02-10", to: "2026-03-10" } };
    const types = ["daily_activity"];
    const options = { pipeline, types, demand, command: "backfill" };
    oura.simulator.faults.add({ kind: "status", match: "/daily_activity", status: 500 });
    const failed = await syncWearer(oura, db, "one", options);
    assert.equal(failed.exitCode, 6);
    const span = { types, from: "2026-02-10", to: "2026-03-10" };
    assert.deepEqual((await gapsOf(db, "one", span)).map(({ cause }) => cause), ["failed"]);

    oura.simulator.faults.clear();
    assert.equal((await syncWearer(oura, db, "one", options)).exitCode, 0);
    assert.deepEqual(await gapsOf(db, "one", span), []);
    const again = await syncWearer(oura, db, "one", options);
    assert.deepEqual([again.traffic.requests, again.exitCode], [0, 0]);
  });
});

onServerFirst(
  "a day read before the ring delivered is open, and no gap of Oura's yet",
  async (db) => {
    const until = "2026-03-29T10:30:00Z";
    const users = [{
      id: "one",
      zone: "UTC",
      withheld: [{ from: "2026-03-20", to: TODAY, until }],
    }];
    await withSimulator({ users, days: 20, now: NOW }, async (oura) => {
      const pipeline = shippedPipeline(db.schema, DAYS);
      await syncWearer(oura, db, "one", { pipeline });
      for (const types of [["daily_activity"], ["heart_rate"], ["workout"]]) {
        const last = (await gapsOf(db, "one", { types })).at(-1)!;
        assert.deepEqual([last.cause, last.to], ["no_data_yet", TODAY]);
        assert.ok(last.from! <= "2026-03-20" && last.from! >= "2026-03-18", `${last.from}`);
      }
      oura.world.setNow(until);
      await syncWearer(oura, db, "one", { pipeline });
      const left = await gapsOf(db, "one", { types: ["daily_activity"], to: "2026-03-27" });
      assert.deepEqual(
        told(left, "daily_activity").filter(({ from }) => from! >= "2026-03-20"),
        [],
      );
    });
  },
);

onServerFirst(
  "days without a workout are listed on demand only, once they are settled",
  async (db) => {
    const users = [{ id: "one", zone: "UTC" }];
    await withSimulator({ users, days: 20, now: NOW }, async (oura) => {
      const types = ["workout", "daily_sleep"];
      await syncWearer(oura, db, "one", { pipeline: shippedPipeline(db.schema, DAYS), types });
      const query = { types, from: addDays(FIRST, -3) };
      const before = {
        from: query.from,
        to: addDays(FIRST, -1),
        cause: "never_fetched",
        code: null,
      };
      const listed = told(await gapsOf(db, "one", query), "workout");
      assert.deepEqual(listed[0], before);
      assert.deepEqual(listed.filter(({ cause }) => cause === "no_data"), []);
      assert.ok(listed.slice(1).every(({ cause }) => cause === "no_data_yet"));
      const all = told(await gapsOf(db, "one", { ...query, all: true }), "workout");
      assert.ok(all.some(({ cause }) => cause === "no_data"));
    });
  },
);
