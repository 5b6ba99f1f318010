import assert from "node:assert/strict";
import type { PipelineType } from "../../config/model.ts";
import type { DaySpan } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { createTable } from "../../pipelines/schema/plan/ddl.ts";
import { KEY_SEPARATOR } from "../../pipelines/stages/key.ts";
import { createLoader } from "../../pipelines/stages/load.ts";
import { SeenDocuments } from "../../pipelines/stages/tombstones.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { onServerFirst } from "../support/server_first.ts";
import { beat, dailySleep, load, rowsOf, typeFrom, WEARER } from "./support.ts";

const SLEEP = typeFrom("daily_sleep");
const HEART = typeFrom("heart_rate");
const RING = typeFrom("ring_configuration");
const WINDOW = { from: "2026-05-03", to: "2026-05-05" };

/** Stores documents as a run of an hour ago would have. */
async function store(db: Database, type: PipelineType, documents: readonly unknown[]) {
  const transform = createTransform(type);
  const counts = await load(
    db,
    createLoader(transform.table),
    rowsOf(transform, documents),
  );
  await db.exec(
    `UPDATE oura.${transform.table.name} SET updated_at = updated_at - interval '1 hour'`,
  );
  return counts;
}

/** Buries what a reading of `span` that returned `documents` does not hold. */
function markDeleted(
  db: Database,
  type: PipelineType,
  span: DaySpan,
  documents: readonly unknown[],
  strangers: readonly (string | null)[] = [],
  readingMs = 60_000,
) {
  const transform = createTransform(type);
  const seen = new SeenDocuments(type, transform.table, span);
  for (const row of rowsOf(transform, documents)) seen.add(row);
  for (const key of strangers) seen.addReject(key);
  return db.transaction((tx) => seen.markDeleted(tx, WEARER, readingMs));
}

async function buried(db: Database, table: string, column = "id"): Promise<unknown[]> {
  const { rows } = await db.query<{ name: unknown }>(
    `SELECT ${column} AS name FROM oura.${table} WHERE deleted_at IS NOT NULL ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** One document for each of the first seven days of May 2026: `d1` to `d7`. */
const week = [1, 2, 3, 4, 5, 6, 7].map((n) => dailySleep(`d${n}`, `2026-05-0${n}`));
const without = (...ids: string[]) => week.filter(({ id }) => !ids.includes(id));

onServerFirst("an empty answer buries nothing", async (db) => {
  await store(db, SLEEP, week);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, []), 0);
  assert.deepEqual(await buried(db, "daily_sleep"), []);
});

onServerFirst("what a complete answer lacks on the window's own days is buried", async (db) => {
  await store(db, SLEEP, week);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d4")), 1);
  assert.deepEqual(await buried(db, "daily_sleep"), ["d4"]);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d4")), 0);
});

onServerFirst("the padding around a window is never buried", async (db) => {
  await store(db, SLEEP, week);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d1", "d2", "d6", "d7")), 0);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d2", "d3", "d5", "d6")), 2);
  assert.deepEqual(await buried(db, "daily_sleep"), ["d3", "d5"]);
});

onServerFirst("a document that comes back is unearthed, and can be buried again", async (db) => {
  await store(db, SLEEP, week);
  await markDeleted(db, SLEEP, WINDOW, without("d4"));
  assert.equal((await store(db, SLEEP, week)).updated, 1);
  assert.deepEqual(await buried(db, "daily_sleep"), []);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d4")), 1);
}, { otherSchema: true });

onServerFirst("a rejected document exists; one without a key may be any", async (db) => {
  await store(db, SLEEP, week);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d4"), ["d4"]), 0);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d4"), [null]), 0);
  assert.deepEqual(await buried(db, "daily_sleep"), []);
});

onServerFirst("what another writer touched since the reading began is not buried", async (db) => {
  await store(db, SLEEP, week);
  await store(db, HEART, [beat(576), beat(577)]);
  const hoursMs = 7_200_000;
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d4"), [], hoursMs), 0);
  assert.equal(await markDeleted(db, HEART, WINDOW, [beat(576)], [], hoursMs), 0);
  assert.equal(await markDeleted(db, SLEEP, WINDOW, without("d4")), 1);
  assert.equal(await markDeleted(db, HEART, WINDOW, [beat(576)]), 1);
});

onServerFirst("a sample within the window's first millisecond was seen", async (db) => {
  const first = { ...beat(576), timestamp: "2026-05-03T00:00:00.000250+00:00" };
  await store(db, HEART, [first, beat(577)]);
  assert.equal(await markDeleted(db, HEART, WINDOW, [first, beat(577)]), 0);
});

onServerFirst("samples of a route without a range are a whole set, too", async (db) => {
  const type = typeFrom("readings", [
    "endpoint: /v2/usercollection/readings",
    "window: { by: none }",
    "key: [timestamp]",
  ]);
  await db.exec(createTable(type).map((sql) => sql).join(";\n"));
  const readings = [beat(0), beat(288), beat(2880)];
  await store(db, type, readings);
  assert.equal(await markDeleted(db, type, WINDOW, readings), 0);
  assert.equal(await markDeleted(db, type, WINDOW, []), 0);
  assert.equal(await markDeleted(db, type, WINDOW, readings.slice(1)), 1);
  assert.equal((await buried(db, "readings", "timestamp")).length, 1);
});

onServerFirst("another wearer's documents are none of a window's business", async (db) => {
  await store(db, SLEEP, week);
  await db.exec(
    `INSERT INTO oura.daily_sleep (user_id, id, day) VALUES ('wearer-2', 'd4', '2026-05-04')`,
  );
  await markDeleted(db, SLEEP, WINDOW, without("d4"));
  assert.deepEqual(await buried(db, "daily_sleep", "user_id"), [WEARER]);
});

onServerFirst(
  "samples are buried by instant and source, within the window's UTC days",
  async (db) => {
    // A sample an hour, from 2026-05-01 on, and a second source at one of the instants.
    const samples = Array.from({ length: 168 }, (_, i) => beat(i * 12));
    const twin = { ...samples[80]!, source: "awake" };
    await store(db, HEART, [...samples, twin]);
    assert.equal(await markDeleted(db, HEART, WINDOW, [...samples, twin]), 0);

    // Gone: one inside, the twin, the first and last of the window, and both its neighbours.
    const gone = [47, 48, 60, 119, 120];
    const left = samples.filter((_, i) => !gone.includes(i));
    assert.equal(await markDeleted(db, HEART, WINDOW, left), 4);
    assert.deepEqual(
      await buried(
        db,
        "heart_rate",
        `to_char("timestamp" AT TIME ZONE 'UTC', 'DD HH24 ') || source`,
      ),
      ["03 00 rest", "03 12 rest", "04 08 awake", "05 23 rest"],
    );
  },
);

onServerFirst(
  "a count of samples includes those already marked deleted, and only its days",
  async (db) => {
    const samples = Array.from({ length: 168 }, (_, i) => beat(i * 12));
    await store(db, HEART, samples);
    const transform = createTransform(HEART);
    const count = () => {
      const seen = new SeenDocuments(HEART, transform.table, WINDOW);
      for (const row of rowsOf(transform, samples.filter((_, i) => i !== 60))) seen.add(row);
      return db.transaction(async (
        tx,
      ) => [await seen.markDeleted(tx, WEARER, 60_000), seen.stored]);
    };
    assert.deepEqual(await count(), [1, 72]);
    assert.deepEqual(await count(), [0, 72]);
  },
);

onServerFirst("a vanished sample is noticed among new ones and among rejects", async (db) => {
  const samples = Array.from({ length: 72 }, (_, i) => beat(576 + i * 12));
  const [former, fresh] = [samples.slice(0, 40), samples.slice(40)];
  await store(db, HEART, former);
  const { table } = createTransform(HEART);
  await load(db, createLoader(table), rowsOf(createTransform(HEART), fresh));
  const withoutOne = samples.filter((_, i) => i !== 7);
  assert.equal(await markDeleted(db, HEART, WINDOW, withoutOne), 1);

  const rejected = [0, 1, 2].map((i) => `2026-05-04T00:00:0${i}.500Z${KEY_SEPARATOR}rest`);
  assert.equal(await markDeleted(db, HEART, WINDOW, withoutOne.slice(1), rejected), 1);
});

onServerFirst("of a collection without a range everything missing is buried", async (db) => {
  const rings = ["r1", "r2", "r3"].map((id) => ({ id, color: "silver" }));
  await store(db, RING, rings);
  const today = { from: "2026-05-09", to: "2026-05-09" };
  assert.equal(await markDeleted(db, RING, today, []), 0);
  assert.equal(await markDeleted(db, RING, today, rings.slice(1)), 1);
  assert.deepEqual(await buried(db, "ring_configuration"), ["r1"]);
});
