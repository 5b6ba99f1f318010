/** What `status` says of a wearer: both halves of freshness. */
import assert from "node:assert/strict";
import { addDays } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { typeStatus } from "../../lib/db/store/status.ts";
import { wearerReport } from "../../commands/status/report.ts";
import type { PipelineType } from "../../config/model.ts";
import { readHoldings } from "../../reports/freshness/holdings.ts";
import { forEachDatabase } from "../support/databases.ts";
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

async function report(db: Database, types: readonly PipelineType[] = TYPES) {
  const statuses = await typeStatus(db, "w", types.map(({ name }) => name));
  const found = await readHoldings(db, "w", types, TODAY);
  const holdings = new Map(found.map((holding) => [holding.dataType, holding]));
  return wearerReport(
    { userId: "w", grant: null, label: null },
    undefined,
    types,
    statuses,
    holdings,
    NOW,
  );
}

forEachDatabase("status shows how much a type holds, since when and up to when", async (db) => {
  await readAll(db);
  for (const days of [0, 1, 2]) await insert(db, "daily_sleep", addDays(TODAY, -days));
  await insert(db, "daily_sleep", "2031-01-01");
  await db.exec(`INSERT INTO oura.heart_rate (user_id, "timestamp", source) VALUES
      ('w', '2026-05-19T23:30:15+02:00', 'rest'), ('w', '2026-05-20T08:00:00Z', 'rest'),
      ('other', '2026-05-20T09:00:00Z', 'rest')`);
  const { types, verdict, newestDay } = await report(db);
  assert.deepEqual([verdict, newestDay], ["fresh", TODAY]);
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
});

forEachDatabase(
  "a wearer whose newest data is three days old is stale, all readings aside",
  async (db) => {
    await readAll(db);
    await insert(db, "workout", TODAY);
    assert.equal((await report(db)).verdict, "stale", "a workout is no news of the ring");
    await insert(db, "daily_spo2", addDays(TODAY, -30));
    await insert(db, "daily_sleep", addDays(TODAY, -3));
    assert.equal((await report(db)).verdict, "stale");
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
