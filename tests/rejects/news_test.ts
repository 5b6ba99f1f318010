/** What a sync does with documents that differ from the catalog, and with those it rejects. */
import assert from "node:assert/strict";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { listRejects } from "../../lib/db/store/rejects.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import { staticToken } from "../../lib/oura/token_provider.ts";
import { apply, applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import type { SyncReport } from "../../pipelines/sync/outcome.ts";
import { retryRejects } from "../../pipelines/reprocess/retry_rejects.ts";
import { sync } from "../../pipelines/sync/sync_wearer.ts";
import { pipelineOf, WEARER } from "../columns/support.ts";
import { withOura } from "../oura/support.ts";
import { onServerFirst } from "../support/server_first.ts";

type Documents = Record<string, unknown>[];

/** Syncs nine days of a world whose documents are given by the name of their route. */
async function syncDocuments(
  db: Database,
  declared: Pipeline,
  documents: Readonly<Record<string, Documents>>,
): Promise<SyncReport> {
  let report: SyncReport | undefined;
  await withOura((_, request) => {
    const route = new URL(request.url).pathname.split("/").at(-1)!;
    return Response.json({ data: documents[route] ?? [], next_token: null });
  }, async ({ url }) => {
    const lease = { holder: crypto.randomUUID() };
    const { pipeline } = await applyAdditive(db, declared, lease);
    report = await sync({
      db,
      pipeline,
      lease,
      version: "test",
      userId: WEARER,
      now: new Date("2026-11-10T12:00:00Z"),
      demand: { kind: "exactly", span: { from: "2026-11-01", to: "2026-11-09" } },
      http: new OuraHttp({ tokens: staticToken("t"), baseUrl: url, backoffMs: 1 }),
    });
  });
  return report!;
}

const DAYS = Array.from({ length: 9 }, (_, i) => `2026-11-0${i + 1}`);

/** One document per day, the fifth of them changed. */
function nineDays(make: (day: string) => Record<string, unknown>, fifth: Record<string, unknown>) {
  return DAYS.map((day, i) => ({ ...make(day), ...(i === 4 ? fifth : {}) }));
}

const spo2 = (day: string) => ({
  id: `s-${day}`,
  day,
  spo2_percentage: { average: 97.1 },
  breathing_disturbance_index: 3,
});

async function count(db: Database, table: string): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM oura.${table}`;
  return (await db.query<{ count: number }>(sql)).rows[0]!.count;
}

function retry(db: Database, pipeline: Pipeline) {
  const lease = { holder: crypto.randomUUID(), ttlSeconds: 1 };
  return retryRejects(db, { pipeline, lease, version: "test", filter: {} });
}

onServerFirst("a sync loads what the declared columns take, and reports the rest", async (db) => {
  const declared = pipelineOf(
    db,
    [
      "daily_spo2:",
      "  columns:",
      "    index: { path: breathing_disturbance_index, type: double precision }",
      "daily_stress: {}",
      "workout: { columns: { activity: activity } }",
    ].join("\n"),
  );
  const report = await syncDocuments(db, declared, {
    daily_spo2: nineDays(spo2, {
      breathing_disturbance_index: 3.2,
      spo2_percentage: { average: null },
    }),
    daily_stress: nineDays((day) => ({ id: day, day }), { stress_high: "much" }),
    workout: nineDays((day) => ({ id: day, day, activity: "running" }), { intensity: null }),
  });
  assert.equal(report.exitCode, 0);
  assert.deepEqual(await listRejects(db, {}), []);
  for (const table of ["daily_spo2", "daily_stress", "workout"]) {
    assert.equal(await count(db, table), 9);
  }
  const changed = report.types.flatMap(({ changedFields = [] }) => changedFields)
    .map(({ dataType, path, found }) => `${dataType}.${path}: ${found}`);
  for (
    const line of [
      "daily_spo2.breathing_disturbance_index: a number",
      "daily_spo2.spo2_percentage.average: null",
      "daily_stress.stress_high: a text",
      "workout.intensity: null",
    ]
  ) assert.ok(changed.includes(line), line);
});

onServerFirst("a reject is news once, and again when its document changed", async (db) => {
  const declared = pipelineOf(db, "daily_spo2: { columns: { b: breathing_disturbance_index } }");
  const run = async (index: unknown) => {
    const documents = nineDays(spo2, { breathing_disturbance_index: index });
    const { exitCode, types: [type] } = await syncDocuments(db, declared, {
      daily_spo2: documents,
    });
    return [exitCode, type!.error?.code, type!.counts.rejected];
  };
  assert.deepEqual(await run(3.2), [4, "TOO_MANY_REJECTS", 1]);
  assert.deepEqual(await run(3.2), [0, undefined, 1]);
  assert.equal((await listRejects(db, {})).length, 1, "it is shown all the same");
  assert.deepEqual(await run(3.4), [4, "TOO_MANY_REJECTS", 1]);
  assert.deepEqual(await run(3.4), [0, undefined, 1]);

  const wide = pipelineOf(
    db,
    "daily_spo2: { columns: { b: { path: breathing_disturbance_index, type: double precision } } }",
  );
  await apply(db, wide, { allowDestructive: true });
  await retry(db, wide);
  assert.deepEqual(await listRejects(db, {}), [], "what the YAML takes now is loaded");
  assert.equal(await count(db, "daily_spo2"), 9);
});

const SLEEP = "sleep: { columns: { type: type }, series: { sleep_hrv: hrv } }";

const night = (day: string) => ({
  id: day,
  day,
  type: "long_sleep",
  hrv: { interval: 300, items: [40, 41], timestamp: `${day}T00:00:00Z` },
});

onServerFirst("an unreadable series is a reject of its own; the row is in", async (db) => {
  const declared = pipelineOf(db, SLEEP);
  const broken = { hrv: { interval: -300, items: [40, 41], timestamp: "2026-11-05T00:00:00Z" } };
  const first = await syncDocuments(db, declared, { sleep: nineDays(night, broken) });
  assert.deepEqual([first.exitCode, first.counts.inserted, first.counts.rejected], [4, 9, 0]);
  assert.deepEqual([await count(db, "sleep"), await count(db, "sleep_hrv")], [9, 16]);
  const [reject] = await listRejects(db, {});
  assert.deepEqual([reject!.documentKey, reject!.path], ["2026-11-05", "hrv"]);

  const again = await syncDocuments(db, declared, { sleep: nineDays(night, broken) });
  assert.deepEqual([again.exitCode, again.counts.unchanged], [0, 9]);
  const [outcome] = await retry(db, declared);
  assert.deepEqual([outcome!.resolved, outcome!.remaining], [0, 1]);
  assert.deepEqual((await listRejects(db, {})).map(({ id }) => id), [reject!.id]);

  const fixed = await syncDocuments(db, declared, { sleep: nineDays(night, {}) });
  assert.deepEqual([fixed.exitCode, await count(db, "sleep_hrv")], [0, 18]);
  assert.deepEqual(await listRejects(db, {}), []);
});

onServerFirst("retry loads the samples of a series that can be read now", async (db) => {
  const sleep = nineDays(night, { bedtime_start: null, at: "2026-11-05T00:00:00Z" })
    .map((document) => ({ bedtime_start: `${document.day}T00:00:00Z`, ...document }))
    .map((document) => ({ ...document, sleep_phase_5_min: "12" }));
  const bySeries = (start: string) =>
    pipelineOf(
      db,
      `sleep: { columns: { at: { path: at, type: text, new_field: true } },
      series: { stages: { path: sleep_phase_5_min, start: ${start} } } }`.replaceAll("\n", " "),
    );
  await syncDocuments(db, bySeries("bedtime_start"), { sleep });
  assert.deepEqual([await count(db, "stages"), (await listRejects(db, {})).length], [16, 1]);
  const fixed = bySeries("hrv.timestamp");
  await apply(db, fixed, { allowDestructive: true });
  await retry(db, fixed);
  assert.deepEqual([await count(db, "stages"), (await listRejects(db, {})).length], [18, 0]);
});

onServerFirst(
  "two battery rows at one instant are both kept, and read again in vain",
  async (db) => {
    const declared = pipelineOf(db, "ring_battery_level: { columns: { level: level } }");
    const timestamp = "2026-11-05T10:00:00Z";
    const rings = [{ timestamp, level: 80 }, { timestamp, level: 35 }];
    const kept = async () => {
      const { rows } = await db.query<{ level: number; other: number; revisions: number }>(
        `SELECT b.level, (r.document->>'level')::int AS other,
        (SELECT count(*)::int FROM oura.document_revisions) AS revisions
      FROM oura.ring_battery_level b, oura.document_revisions r`,
      );
      return rows;
    };
    await syncDocuments(db, declared, { ring_battery_level: rings });
    const before = await kept();
    assert.deepEqual(before.map(({ level, other }) => [level, other]), [[80, 35]]);
    for (const order of [rings, rings.toReversed()]) {
      const again = await syncDocuments(db, declared, { ring_battery_level: order });
      assert.deepEqual([again.counts.inserted, again.counts.updated], [0, 0]);
      assert.deepEqual(await kept(), before);
    }
  },
);
