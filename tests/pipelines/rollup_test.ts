import assert from "node:assert/strict";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { firstInstants, refreshHeartRateHours } from "../../pipelines/rollup/heart_rate_hours.ts";
import { createLoader } from "../../pipelines/stages/load.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { withPostgres } from "../support/server_database.ts";
import { onServerFirst } from "../support/server_first.ts";
import { addColumns, beat, load, rowsOf, typeFrom, WEARER } from "./support.ts";
import { shippedPipeline, syncWearer, withSimulator } from "../support/sync_world.ts";

const NOW = "2026-10-15T12:00:00Z";
const DAYS = 6;

/** Hours whose figures are not those of their samples, or that are missing, or have no samples. */
async function wrongHours(db: Database): Promise<number> {
  const { rows } = await db.query<{ wrong: number }>(`SELECT count(*)::int AS wrong FROM (
      SELECT date_trunc('hour', "timestamp") AS hour, source, min(bpm)::real AS least,
        max(bpm)::real AS most, sum(bpm)::double precision AS total, count(*)::int AS n
      FROM oura.heart_rate WHERE deleted_at IS NULL GROUP BY 1, 2
    ) AS s FULL JOIN oura.heart_rate_hours AS h USING (hour, source)
    WHERE (least, most, total, n) IS DISTINCT FROM (bpm_min, bpm_max, bpm_sum, samples)`);
  return rows[0]!.wrong + await wrongDays(db);
}

/** Days whose figures are not those of their hours, by source and of all sources together. */
async function wrongDays(db: Database): Promise<number> {
  const { rows } = await db.query<{ wrong: number }>(`WITH hours AS (
      SELECT (hour AT TIME ZONE 'UTC')::date AS day, source, bpm_min, bpm_max,
        bpm_sum / samples AS mean, samples FROM oura.heart_rate_hours
      UNION ALL
      SELECT (hour AT TIME ZONE 'UTC')::date, '', min(bpm_min), max(bpm_max),
        sum(bpm_sum) / sum(samples), sum(samples) FROM oura.heart_rate_hours GROUP BY hour
    ), expected AS (
      SELECT day, source, min(bpm_min) AS least, max(bpm_max) AS most, avg(mean) AS mean,
        count(*) AS n, sum(samples) AS total FROM hours GROUP BY day, source
    )
    SELECT count(*)::int AS wrong FROM expected
      FULL JOIN oura.heart_rate_days AS d USING (day, source)
    WHERE (least, most, n, total) IS DISTINCT FROM (bpm_min, bpm_max, d.hours::bigint, samples::bigint)
      OR abs(mean - mean_sum / d.hours) > 1e-9`);
  return rows[0]!.wrong;
}

const run = (db: Database, sql: string) => db.exec(sql);

onServerFirst("the hours do not depend on the names of the columns", async (db) => {
  const heart = typeFrom("heart_rate", ["columns: { bpm: bpm, hour: timestamp, hours: source }"]);
  await addColumns(db, heart);
  const transform = createTransform(heart);
  const beats = Array.from({ length: 61 }, (_, i) => beat(i));
  await load(db, createLoader(transform.table), rowsOf(transform, beats));
  const [from, to] = [beats[0]!.timestamp.slice(0, 10), beats.at(-1)!.timestamp.slice(0, 10)];
  await db.transaction((tx) => refreshHeartRateHours(tx, heart, WEARER, { from, to }));
  const { rows: [made] } = await db.query<{ hours: number }>(
    "SELECT count(*)::int AS hours FROM oura.heart_rate_hours",
  );
  assert.equal(made!.hours, 6);
  assert.equal(await wrongHours(db), 0);
});

Deno.test("the server compiles no statement of a roll-up", async () => {
  await withPostgres("oura", async (db) => {
    const jit = async (tx: Transaction | Database) =>
      (await tx.query<{ jit: string }>("SELECT current_setting('jit') AS jit")).rows[0]!.jit;
    const heart = typeFrom("heart_rate", ["columns: { bpm: bpm }"]);
    await addColumns(db, heart);
    await db.transaction(async (tx) => {
      await refreshHeartRateHours(tx, heart, WEARER, { from: "2026-05-01", to: "2026-05-02" });
      assert.equal(await jit(tx), "off");
    });
    assert.equal(await jit(db), "on", "what comes later is compiled as before");
  }, { migrated: true });
});

onServerFirst("the hours of heart rate follow the samples", async (db, t) => {
  const pipeline = shippedPipeline(db.schema, DAYS);
  await withSimulator({ days: DAYS + 2, now: NOW, users: [{ zone: "UTC" }] }, async (oura) => {
    const userId = oura.world.wearers[0]!.id;
    const types = ["heart_rate"];
    const sync = () => syncWearer(oura, db, userId, { pipeline, types });

    await t.step("a first sync makes them", async () => {
      await sync();
      assert.equal(await wrongHours(db), 0);
    });

    if (db.kind === "pglite") {
      await t.step("an embedded database has statistics after a long sync", async () => {
        const { rows } = await db.query<{ known: number }>(
          "SELECT reltuples::int AS known FROM pg_class WHERE oid = 'oura.heart_rate'::regclass",
        );
        assert.ok(rows[0]!.known > 5_000, `${rows[0]!.known}`);
      });
    }

    await t.step("a sync of what is unchanged writes none", async () => {
      const versions = async () =>
        (await db.query<{ v: string }>(
          `SELECT (SELECT string_agg(xmin::text, ',' ORDER BY hour, source)
              FROM oura.heart_rate_hours) ||
            (SELECT string_agg(xmin::text, ',' ORDER BY day, source) FROM oura.heart_rate_days) AS v`,
        )).rows[0]!.v;
      const before = await versions();
      await sync();
      assert.equal(await versions(), before);
    });

    await t.step("what arrives late is added to its hour", async () => {
      oura.world.advance("P1D");
      await sync();
      assert.equal(await wrongHours(db), 0);
    });

    await t.step(
      "samples of a reading that was cut off get their hours by the next one",
      async () => {
        // As a killed process leaves it: rows committed, the window neither marked nor rolled up.
        await run(db, `DELETE FROM oura.heart_rate_hours WHERE hour >= '2026-10-14T00:00:00Z'`);
        await run(db, `DELETE FROM oura.heart_rate_days WHERE day = '2026-10-14'`);
        assert.ok(await wrongHours(db) > 0);
        await sync();
        assert.equal(await wrongHours(db), 0);
      },
    );

    await t.step("history from before there were hours is filled", async () => {
      await run(db, "DELETE FROM oura.heart_rate_hours");
      await syncWearer(oura, db, userId, {
        pipeline,
        types,
        demand: { kind: "exactly", span: { from: "2026-10-16", to: "2026-10-16" } },
      });
      assert.equal(await wrongHours(db), 0);
    });

    await t.step(
      "a first sample that Oura deleted, or without a heart rate, is not waited for",
      async () => {
        await run(
          db,
          `UPDATE oura.heart_rate SET deleted_at = now() WHERE "timestamp" IN
          (SELECT "timestamp" FROM oura.heart_rate ORDER BY "timestamp" LIMIT 400)`,
        );
        await run(
          db,
          `UPDATE oura.heart_rate SET bpm = NULL WHERE "timestamp" = (SELECT min("timestamp")
          FROM oura.heart_rate WHERE deleted_at IS NULL)`,
        );
        await run(
          db,
          `DELETE FROM oura.heart_rate_hours h WHERE NOT EXISTS (
        SELECT 1 FROM oura.heart_rate s WHERE deleted_at IS NULL AND bpm IS NOT NULL
          AND date_trunc('hour', s."timestamp") = h.hour)`,
        );
        const { sample, hour } = firstInstants(
          pipeline.types.find(({ name }) => name === "heart_rate")!,
        );
        const { rows } = await db.query(`SELECT ${hour} <= ${sample} AS filled`, [userId]);
        assert.deepEqual(rows, [{ filled: true }]);
        await run(
          db,
          `UPDATE oura.heart_rate SET deleted_at = NULL, bpm = (raw_data->>'bpm')::int`,
        );
        await run(db, "DELETE FROM oura.heart_rate_hours");
        await sync();
      },
    );

    await t.step("an hour whose samples are gone goes too", async () => {
      await run(
        db,
        `DELETE FROM oura.heart_rate WHERE "timestamp" >= '2026-10-15T03:00:00Z'
        AND "timestamp" < '2026-10-15T04:00:00Z'`,
      );
      assert.ok(await wrongHours(db) > 0);
      await sync();
      assert.equal(await wrongHours(db), 0);
    });
  });
});

/** Documents of a series whose figures are not those of their samples. */
async function wrongDocuments(db: Database, series: string): Promise<number> {
  const { rows } = await db.query<{ wrong: number }>(
    `SELECT count(*)::int AS wrong FROM (
        SELECT document_id, min(value) AS least, avg(value) AS middle, max(value) AS most,
          count(*)::int AS n
        FROM oura.${series} GROUP BY document_id
      ) AS s FULL JOIN (SELECT * FROM oura.series_documents WHERE series = $1) AS d
        USING (document_id)
      WHERE (least, most, n) IS DISTINCT FROM (low, high, samples)
        OR abs(middle - mean) > 1e-9`,
    [series],
  );
  return rows[0]!.wrong;
}

onServerFirst("the figures of a series follow its samples", async (db, t) => {
  const pipeline = shippedPipeline(db.schema, DAYS);
  await withSimulator({ days: DAYS + 2, now: NOW, users: [{ zone: "UTC" }] }, async (oura) => {
    const userId = oura.world.wearers[0]!.id;
    const types = ["sleep", "daily_activity"];
    const sync = () => syncWearer(oura, db, userId, { pipeline, types });
    const wrong = async () =>
      await wrongDocuments(db, "activity_met") + await wrongDocuments(db, "sleep_hrv");

    await t.step("a first sync makes them, and the next day follows", async () => {
      await sync();
      assert.equal(await wrong(), 0);
      oura.world.advance("P1D");
      await sync();
      assert.equal(await wrong(), 0);
    });

    await t.step(
      "another plan of the database gives the same figures to the last bit",
      async () => {
        const figures = async () =>
          (await db.query("SELECT * FROM oura.series_documents ORDER BY series, document_id")).rows;
        const before = await figures();
        await run(db, "ANALYZE");
        await sync();
        assert.deepEqual(await figures(), before);
      },
    );

    await t.step("those that came by another way are filled", async () => {
      await run(db, "DELETE FROM oura.series_documents");
      await syncWearer(oura, db, userId, {
        pipeline,
        types,
        demand: { kind: "exactly", span: { from: "2026-10-16", to: "2026-10-16" } },
      });
      assert.equal(await wrong(), 0);
    });

    await t.step("texts have none", async () => {
      const { rows } = await db.query<{ series: string }>(
        "SELECT DISTINCT series FROM oura.series_documents ORDER BY 1",
      );
      const names = rows.map(({ series }) => series);
      assert.deepEqual(names, ["activity_met", "sleep_heart_rate", "sleep_hrv"]);
    });
  });
});

Deno.test("if two windows share a day, the second sees the rows of the first", () =>
  withPostgres("oura", async (db) => {
    const pipeline = shippedPipeline(db.schema);
    const { pipeline: live } = await applyAdditive(db, pipeline, { holder: "test" });
    const type = live.types.find(({ name }) => name === "heart_rate")!;
    const oneDay = (day: string) => ({ from: day, to: day });
    const load = async (tx: Transaction, day: string, from: number, to: number) => {
      await tx.query(
        `INSERT INTO oura.heart_rate (user_id, "timestamp", source, bpm)
          SELECT 'one', timestamptz '2026-05-20 00:00Z' + n * interval '10 minutes', 'awake', 60 + n % 7
          FROM generate_series($1::int, $2::int) AS n`,
        [from, to],
      );
      await refreshHeartRateHours(tx, type, "one", oneDay(day));
    };
    const loaded = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const first = db.transaction(async (tx) => {
      await load(tx, "2026-05-20", 0, 69);
      loaded.resolve();
      await commit.promise;
    });
    await loaded.promise;
    // A window far from it does not wait: it would hold a connection.
    await db.transaction(async (tx) => {
      await tx.exec("SET LOCAL lock_timeout = '5s'");
      await refreshHeartRateHours(tx, type, "one", oneDay("2026-04-20"));
    });
    // The neighbour rolls up the hours of the days beside it, too.
    const second = db.transaction((tx) => load(tx, "2026-05-21", 70, 143));
    // Without a lock the second one has read its hours by now.
    while (true) {
      const { rows } = await db.query<{ waits: boolean }>(
        `SELECT bool_or(wait_event_type = 'Lock') AS waits FROM pg_stat_activity
          WHERE datname = current_database()`,
      );
      if (rows[0]!.waits) break;
    }
    commit.resolve();
    await Promise.all([first, second]);
    assert.equal(await wrongHours(db), 0);
  }, { migrated: true }));
