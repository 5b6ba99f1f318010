import assert from "node:assert/strict";
import type { Pipeline } from "../../config/model.ts";
import { addDays, daysBetween, utcDay } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { findGaps, type Gap } from "../../reports/gaps/find_gaps.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import type { SyncEvent } from "../../pipelines/sync/sync_wearer.ts";
import type { World } from "../../simulator/mod.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { withPostgres } from "../support/server_database.ts";
import { onServerFirst } from "../support/server_first.ts";
import {
  expected,
  failures,
  shippedPipeline,
  stored,
  syncWearer,
  withSimulator,
} from "../support/sync_world.ts";

const WORLD = { users: [{ id: "zero", zone: "UTC" }], days: 30, now: "2026-03-29T09:40:00Z" };
const DAYS = 16;
const TYPES = ["daily_sleep", "heart_rate", "personal_info"];

/** How rows get lost; every table is one of each kind: by day, by instant, without days. */
const LOSSES: readonly { name: string; sql: string }[] = [
  { name: "dropped", sql: TYPES.map((table) => `DROP TABLE oura.${table} CASCADE`).join(";") },
  { name: "truncated", sql: TYPES.map((table) => `TRUNCATE oura.${table}`).join(";") },
  {
    name: "restored without the newest rows",
    sql: `CREATE TABLE oura.kept AS SELECT * FROM oura.daily_sleep WHERE day < '2026-03-18';
      TRUNCATE oura.daily_sleep; INSERT INTO oura.daily_sleep SELECT * FROM oura.kept;
      DROP TABLE oura.kept;
      CREATE TABLE oura.kept AS SELECT * FROM oura.heart_rate WHERE "timestamp" < '2026-03-18';
      TRUNCATE oura.heart_rate;
      INSERT INTO oura.heart_rate OVERRIDING SYSTEM VALUE SELECT * FROM oura.kept;
      DROP TABLE oura.kept`,
  },
  {
    name: "relieved of a few rows by DELETE",
    sql: "DELETE FROM oura.daily_sleep WHERE day BETWEEN '2026-03-15' AND '2026-03-18'",
  },
];

function gapsOf(db: Database, world: World) {
  const today = utcDay(new Date(world.now));
  return findGaps(db, {
    pipeline: pipelineOf(db),
    userId: "zero",
    scopes: null,
    types: TYPES,
    from: addDays(today, -DAYS),
    to: addDays(today, -3),
    today,
  });
}

/** Types and days of which gaps says that Oura has nothing. */
function daysWithout(gaps: readonly Gap[]): Set<string> {
  const days = gaps.filter(({ cause }) => cause === "no_data").flatMap(({ dataType, from, days }) =>
    Array.from({ length: days }, (_, i) => `${dataType} ${addDays(from!, i)}`)
  );
  return new Set(days);
}

function pipelineOf(db: Database, days = DAYS): Pipeline {
  const pipeline = shippedPipeline(db.schema, days);
  const types = pipeline.types.filter(({ name }) => TYPES.includes(name));
  // Samples in more windows than one.
  const inChunks = types.map((type) => ({ ...type, window: { ...type.window, chunkDays: 8 } }));
  return { ...pipeline, types: inChunks };
}

/** The types of these tests mirror the simulator. */
async function assertRestored(db: Database, world: World): Promise<void> {
  const today = utcDay(new Date(world.now));
  for (const type of TYPES) {
    const must = expected(world, type, "zero", addDays(today, -DAYS), addDays(today, 1));
    assert.deepEqual([...must.difference(await stored(db, type, "zero"))].length, 0, type);
  }
}

for (const { name, sql } of LOSSES) {
  onServerFirst(`a table ${name} is read again, and gaps says why`, async (db) => {
    await withSimulator(WORLD, async (simulator) => {
      const { world } = simulator;
      const pipeline = pipelineOf(db);
      await syncWearer(simulator, db, "zero", { pipeline });
      const noGaps = await gapsOf(db, world);
      assert.ok(noGaps.every(({ code }) => code === null));

      await db.exec(sql);
      const found = await gapsOf(db, world);
      assert.ok(found.some(({ code }) => code === "ROWS_MISSING"));
      assert.deepEqual(daysWithout(found).difference(daysWithout(noGaps)), new Set());

      const dry = await syncWearer(simulator, db, "zero", { pipeline, dryRun: true });
      const windows = ({ types }: typeof dry) => types.map((type) => type.windows.total);
      const again = await syncWearer(simulator, db, "zero", { pipeline });
      assert.deepEqual(failures(again), []);
      assert.deepEqual(windows(again), windows(dry));
      await assertRestored(db, world);
      assert.deepEqual(await gapsOf(db, world), noGaps);

      const after = await syncWearer(simulator, db, "zero", { pipeline });
      const first = await syncWearer(simulator, db, "zero", { pipeline });
      assert.deepEqual(windows(after), windows(first));
      assert.equal(after.counts.inserted, 0);
    });
  });
}

Deno.test("rows that a policy hides do not count as lost", async () => {
  await withPostgres("oura", async (db, url) => {
    await withSimulator(WORLD, async (simulator) => {
      await syncWearer(simulator, db, "zero", { pipeline: pipelineOf(db) });
      const role = `policed_${crypto.randomUUID().slice(0, 8)}`;
      await db.exec(`CREATE ROLE ${role} LOGIN;
        GRANT USAGE ON SCHEMA oura TO ${role};
        GRANT SELECT ON ALL TABLES IN SCHEMA oura TO ${role};
        ALTER TABLE oura.daily_sleep ENABLE ROW LEVEL SECURITY;
        ALTER TABLE oura.daily_sleep FORCE ROW LEVEL SECURITY;
        CREATE POLICY hidden ON oura.daily_sleep USING (false)`);
      const address = new URL(url);
      address.username = role;
      const policed = await openPostgres({ kind: "url", url: address.href }, { schema: "oura" });
      try {
        const gaps = await gapsOf(policed, simulator.world);
        assert.ok(gaps.every(({ code }) => code !== "ROWS_MISSING"));
        await db.exec("TRUNCATE oura.heart_rate");
        const found = await gapsOf(policed, simulator.world);
        const lost = found.filter(({ code }) => code === "ROWS_MISSING");
        assert.deepEqual(new Set(lost.map(({ dataType }) => dataType)), new Set(["heart_rate"]));
      } finally {
        await policed.close();
        await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      }
    });
  }, { migrated: true });
});

onServerFirst("days older than the configured start are read again too", async (db) => {
  await withSimulator(WORLD, async (simulator) => {
    const pipeline = pipelineOf(db, 5);
    const from = addDays(utcDay(new Date(simulator.world.now)), -DAYS);
    await syncWearer(simulator, db, "zero", { pipeline, demand: { kind: "since", from } });
    await db.exec("DROP TABLE oura.daily_sleep CASCADE");
    await syncWearer(simulator, db, "zero", { pipeline });
    await assertRestored(db, simulator.world);
  });
});

onServerFirst("a ledger from before the accounts notices a table that is empty", async (db) => {
  await withSimulator(WORLD, async (simulator) => {
    const pipeline = pipelineOf(db);
    await syncWearer(simulator, db, "zero", { pipeline });
    await db.exec(`UPDATE oura.sync_windows SET stored = NULL; DELETE FROM oura.row_accounts;
      DELETE FROM oura.daily_sleep`);
    await syncWearer(simulator, db, "zero", { pipeline });
    await assertRestored(db, simulator.world);
  });
});

onServerFirst("rows that Oura no longer has are asked for once", async (db) => {
  await withSimulator(WORLD, async (simulator) => {
    const pipeline = pipelineOf(db);
    await syncWearer(simulator, db, "zero", { pipeline });
    // A row of the wearer's own, counted by the ledger, which no reading can bring back.
    await db.exec(`UPDATE oura.sync_windows SET stored = stored + 1 WHERE data_type = 'daily_sleep';
      UPDATE oura.row_accounts SET rows = rows + 1 WHERE data_type = 'daily_sleep'`);
    const daysRead = async () => {
      let days = 0;
      const onEvent = (event: SyncEvent) => {
        if (event.kind === "window") days += daysBetween(event.window.from, event.window.to) + 1;
      };
      await syncWearer(simulator, db, "zero", { pipeline, types: ["daily_sleep"], onEvent });
      return days;
    };
    assert.ok(await daysRead() >= DAYS, "all of them at first");
    const lookback = await daysRead();
    assert.ok(lookback < DAYS, "then the look-back");
    assert.equal(await daysRead(), lookback);
  });
});

onServerFirst("counting is left out for large tables that were counted today", async (db) => {
  await withSimulator(WORLD, async (simulator) => {
    const pipeline = pipelineOf(db);
    await applyAdditive(db, pipeline);
    for (let i = 0; i < 2; i++) await syncWearer(simulator, db, "zero", { pipeline });
    const counted = async () => {
      const { rows } = await db.query<{ data_type: string; counted_at: Date }>(
        `SELECT data_type, counted_at FROM oura.row_accounts
        WHERE data_type IN ('heart_rate', 'daily_sleep') ORDER BY data_type`,
      );
      return rows.map(({ counted_at }) => counted_at.getTime());
    };
    const before = await counted();
    await syncWearer(simulator, db, "zero", { pipeline });
    const after = await counted();
    assert.ok(after[0]! > before[0]!, "daily_sleep");
    assert.equal(after[1], before[1], "heart_rate");
  });
});
