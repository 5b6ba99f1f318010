import assert from "node:assert/strict";
import { join } from "node:path";
import type { Database } from "../../lib/db/driver/database.ts";
import { exportToDirectory } from "../../pipelines/export/export.ts";
import { replayFiles } from "../../pipelines/reprocess/replay_files.ts";
import { applyYaml, nights, pipelineOf, store } from "../columns/support.ts";
import { onServerFirst } from "../support/server_first.ts";

const TYPES = `
daily_sleep:
  columns: { score: score }
sleep:
  series: { sleep_hrv: hrv }
heart_rate:
  columns: { bpm: bpm }`;
const TABLES = ["daily_sleep", "sleep", "sleep_hrv", "heart_rate"];

async function contents(db: Database): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const table of TABLES) {
    const { rows } = await db.query(
      `SELECT to_jsonb(t) - 'created_at' - 'updated_at' ${
        table === "heart_rate" ? "- 'id'" : ""
      } AS row FROM oura.${table} AS t ORDER BY 1`,
    );
    all.push(...rows.map(({ row }) => row));
  }
  return all;
}

onServerFirst("documents that were exported make the same tables again", async (db) => {
  await applyYaml(db, TYPES);
  await store(db, TYPES, "daily_sleep", nights(3));
  await store(db, TYPES, "daily_sleep", nights(2), "wearer-2");
  await db.exec("UPDATE oura.daily_sleep SET deleted_at = '2026-02-01' WHERE id = 'night-0002'");
  await store(db, TYPES, "sleep", [{
    id: "night-1",
    day: "2026-01-02",
    bedtime_start: "2026-01-01T23:10:00+11:00",
    hrv: { interval: 300, items: [40, null, 42.5], timestamp: "2026-01-01T23:10:00+11:00" },
  }]);
  await store(db, TYPES, "heart_rate", [
    { timestamp: "2026-01-02T00:00:00.250+00:00", source: "awake", bpm: 61 },
  ]);
  const before = await contents(db);
  const { types } = pipelineOf(db, TYPES);
  const directory = await Deno.makeTempDir();
  try {
    await exportToDirectory(db, directory, { format: "ndjson", types, filter: {} });
    await db.exec(`TRUNCATE ${TABLES.map((name) => `oura.${name}`).join(", ")}`);
    const counts = await replayFiles(db, directory, types);
    assert.deepEqual(counts.map(({ inserted }) => inserted), [5, 1, 1]);
    assert.deepEqual(await contents(db), before);
    const again = await replayFiles(db, directory, types);
    assert.deepEqual(again.map(({ inserted, updated }) => inserted + updated), [0, 0, 0]);
    assert.deepEqual(await contents(db), before);
    const cut = join(directory, "sleep.ndjson");
    await Deno.writeTextFile(cut, '{"data_type":"sleep"}\n');
    await assert.rejects(replayFiles(db, directory, types), {
      code: "EXPORT_FILE_INVALID",
      message: /sleep\.ndjson:1 /,
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
