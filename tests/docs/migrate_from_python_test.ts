import assert from "node:assert/strict";
import IMPORT from "../../sql/import_from_python.sql" with { type: "text" };
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { replay } from "../../pipelines/reprocess/replay.ts";
import { tableOf } from "../../pipelines/stages/table.ts";
import { TYPE_NAMES } from "../../simulator/mod.ts";
import { withPostgres } from "../support/server_database.ts";
import { failures, shippedPipeline, syncWearer, withSimulator } from "../support/sync_world.ts";

const WEARER = "wearer-1";
/** Enough for a document of every type. */
const DAYS = 30;

/** Tables of the Python program; it knew no battery levels. */
const OLD = TYPE_NAMES.filter((name) => name !== "ring_battery_level");

Deno.test({
  name: "sql/import_from_python.sql and replay make the same rows as a sync",
  sanitizeOps: true,
  sanitizeResources: true,
  fn: () =>
    withSimulator(
      { days: DAYS },
      (simulator) =>
        withPostgres("oura", (synced) =>
          withPostgres("oura", async (db) => {
            await migrate(synced);
            assert.deepEqual(failures(await syncWearer(simulator, synced, WEARER)), []);

            await migrate(db);
            const lease = { holder: crypto.randomUUID() };
            const { pipeline } = await applyAdditive(db, shippedPipeline(), lease);
            for (const name of OLD) await copyAsPythonDid(synced, db, name);
            await db.exec(IMPORT);
            const counts = await replay(db, { types: pipeline.types });
            assert.deepEqual(counts.filter(({ rejected }) => rejected > 0), []);

            const types = pipeline.types.filter(({ name }) => OLD.some((old) => old === name));
            for (const type of types) {
              const { series } = tableOf(type);
              for (const name of [type.table, ...series.map(({ name }) => name)]) {
                const rows = await contents(synced, name);
                assert.ok(rows.length > 0, `${name} is empty`);
                assert.deepEqual(await contents(db, name), rows, name);
              }
            }
            await db.exec(IMPORT);
            assert.equal(
              (await contents(db, "heart_rate")).length,
              await countOf(db, "heart_rate"),
            );
          })),
    ),
});

/** The old models: an id, the wearer under a name of the person's choice, the document as JSON. */
async function copyAsPythonDid(from: Database, to: Database, table: string): Promise<void> {
  const { rows } = await from.query<{ id: string; raw: string }>(
    `SELECT coalesce(raw_data ->> 'id', id::text) AS id, raw_data::text AS raw
    FROM oura.${q(table)} WHERE deleted_at IS NULL`,
  );
  await to.exec(`CREATE TABLE public.${q(table)}
    (id varchar(255) PRIMARY KEY, user_id varchar(255) NOT NULL, raw_data json)`);
  await to.query(
    `INSERT INTO public.${
      q(table)
    } SELECT id, 'me', CASE WHEN $2 THEN to_json(raw) ELSE raw::json END
    FROM jsonb_to_recordset($1::text::jsonb) AS r(id text, raw text)`,
    [JSON.stringify(rows), table === "daily_sleep"],
  );
}

/** All rows of a table as texts, without what depends on when they were written. */
async function contents(db: Database, table: string): Promise<string[]> {
  const generated = ["created_at", "updated_at", ...(table === "heart_rate" ? ["id"] : [])];
  const { rows } = await db.query<{ row: string }>(
    `SELECT (to_jsonb(t) - $1::text[])::text AS row FROM oura.${q(table)} t ORDER BY 1`,
    [`{${generated}}`],
  );
  return rows.map(({ row }) => row);
}

async function countOf(db: Database, table: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM public.${q(table)}`,
  );
  return rows[0]!.count;
}
