/** What `status` says of a wearer: both halves of freshness. */
import assert from "node:assert/strict";
import { addDays } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { PipelineType } from "../../config/model.ts";
import { readWearerFreshness } from "../../reports/freshness/wearer_freshness.ts";
import { onServerFirst } from "../support/server_first.ts";
import { typeFrom } from "../pipelines/support.ts";

const TODAY = "2026-05-20";
const NOW = new Date(`${TODAY}T12:00:00Z`);
const TYPES = ["daily_sleep", "daily_spo2", "workout", "heart_rate", "personal_info"]
  .map((name) => typeFrom(name));

/** Every type was read just now, and nothing failed. */
async function readAll(db: Database): Promise<void> {
  for (const { name } of TYPES) {
    await db.query(
      `INSERT INTO oura.sync_windows (user_id, data_type, from_day, to_day, state, fetched_at)
        VALUES ('w', $1, $2::date, $2::date, 'done', $3)`,
      [name, TODAY, NOW],
    );
  }
}

async function insert(db: Database, table: string, day: string, id = `${table} ${day}`) {
  await db.query(
    `INSERT INTO oura.${table} (user_id, id, day) VALUES ('w', $1, $2::date)`,
    [id, day],
  );
}

function report(db: Database, types: readonly PipelineType[] = TYPES, counted = true) {
  const wearer = { userId: "w", grant: null };
  return readWearerFreshness(db, wearer, { types, live: types }, NOW, { counted });
}

onServerFirst("status shows how much a type holds, since when and up to when", async (db) => {
  await readAll(db);
  for (const days of [0, 1, 2]) await insert(db, "daily_sleep", addDays(TODAY, -days));
  await insert(db, "daily_sleep", "2031-01-01");
  await db.exec(`INSERT INTO oura.heart_rate (user_id, "timestamp", source) VALUES
      ('w', '2026-05-19T23:30:15+02:00', 'rest'), ('w', '2026-05-20T08:00:00Z', 'rest'),
      ('other', '2026-05-20T09:00:00Z', 'rest')`);
  const { types, verdict, why, newestDay } = await report(db);
  assert.deepEqual([verdict, why, newestDay], ["fresh", null, TODAY]);
  assert.deepEqual(
    types.map(({ dataType, rows, first, newest }) => [dataType, rows, first, newest]),
    [
      ["daily_sleep", 4, "2026-05-18", TODAY],
      ["daily_spo2", 0, null, null],
      ["workout", 0, null, null],
      ["heart_rate", 2, "2026-05-19T21:30:15Z", "2026-05-20T08:00:00Z"],
      ["personal_info", 0, null, null],
    ],
  );
  const uncounted = await report(db, TYPES, false);
  assert.deepEqual(uncounted.types, types.map((type) => ({ ...type, rows: null })));
});

onServerFirst(
  "a wearer whose newest data is three days old is stale, all readings aside",
  async (db) => {
    await readAll(db);
    await insert(db, "workout", TODAY);
    assert.equal((await report(db)).verdict, "stale", "a workout is no news of the ring");
    await insert(db, "daily_spo2", addDays(TODAY, -30));
    await insert(db, "daily_sleep", addDays(TODAY, -3));
    const stale = await report(db);
    assert.equal(stale.verdict, "stale");
    assert.match(stale.why!, /the ring has sent nothing since 2026-05-17/);
    await insert(db, "daily_sleep", addDays(TODAY, -2));
    const { verdict, types } = await report(db);
    assert.equal(verdict, "fresh");
    assert.deepEqual(types.map(({ verdict }) => verdict), [
      "fresh",
      "stale",
      "fresh",
      "fresh",
      "fresh",
    ]);
    assert.equal(
      (await report(db, TYPES.slice(2, 3))).verdict,
      "fresh",
      "workouts need not be daily",
    );
  },
);

onServerFirst("the worst that is known decides, and is said in a sentence", async (db) => {
  assert.equal((await report(db)).why, "Nothing was read yet. Run: oura-sync sync");
  await readAll(db);
  await insert(db, "daily_sleep", TODAY);
  await db.exec(`UPDATE oura.sync_windows SET fetched_at = '2026-05-18T12:00:00Z'
    WHERE data_type = 'workout'`);
  const late = await report(db);
  assert.deepEqual(
    [late.verdict, late.why],
    ["stale", "Last read more than a day and a half ago: workout."],
  );
  await db.exec("DELETE FROM oura.sync_windows WHERE data_type = 'heart_rate'");
  const never = await report(db);
  assert.deepEqual([never.verdict, never.why], ["never", "Never read completely: heart_rate."]);
  await db.exec(`INSERT INTO oura.sync_run_types (user_id, run_id, data_type, state, finished_at)
    VALUES ('w', 1, 'daily_spo2', 'failed', '2026-05-20T11:00:00Z')`);
  const failing = await report(db);
  assert.deepEqual(
    [failing.verdict, failing.why],
    ["failing", "The last run could not read daily_spo2."],
  );
});
