/** Samples that are copied in, in both formats, and without a look at what is stored. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { createLoader } from "../../pipelines/stages/load.ts";
import { requireColumnTypes } from "../../pipelines/stages/samples/column_types.ts";
import { FreeStretch } from "../../pipelines/stages/samples/free_stretch.ts";
import { createBulkLoader } from "../../pipelines/stages/samples/load_samples.ts";
import { PackedSamples } from "../../pipelines/stages/samples/packed_samples.ts";
import { SeenSamples } from "../../pipelines/stages/samples/seen_samples.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { withPostgres } from "../support/databases.ts";
import { addColumns, beat, contents, load, rowsOf, typeFrom, WEARER } from "./support.ts";

const HEART = typeFrom("heart_rate", [
  "columns:",
  "  bpm: bpm",
  "  small: { path: small, type: smallint, new_field: true }",
  "  big: { path: big, type: bigint, new_field: true }",
  "  worn: { path: worn, type: boolean, new_field: true }",
  "  note: { path: note, type: text, new_field: true }",
]);
const transform = createTransform(HEART);
const { table } = transform;
const none = { inserted: 0, updated: 0, unchanged: 0, revised: 0 };

/** Values at the ends of their types, and texts that other formats escape. */
const ODD: readonly Record<string, unknown>[] = [
  {},
  { bpm: null, note: null, worn: null },
  { bpm: 2 ** 31 - 1, small: 2 ** 15 - 1, big: 2 ** 53 - 1, worn: true },
  { bpm: -(2 ** 31), small: -(2 ** 15), big: -(2 ** 53) + 1, worn: false },
  { bpm: -1, small: -1, big: -1 },
  { big: 2 ** 32 },
  { big: -(2 ** 32) },
  { note: "tab\tline\nslash\\ \\N \\." },
  { note: "Zoë 💍 \u2028" },
  { note: "" },
];
const odd = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => beat(from + i, ODD[i % ODD.length]));
const beats = (documents: readonly unknown[]) => rowsOf(transform, documents);
const packed = (documents: readonly unknown[]) => PackedSamples.of(table, beats(documents));

/** The database with the COPY statements that are sent to it. */
async function withHeartRate(body: (db: Database, copies: string[]) => Promise<void>) {
  await withPostgres("oura", async (db) => {
    await migrate(db);
    await addColumns(db, HEART);
    const copies: string[] = [];
    const copyIn = db.copyIn!.bind(db);
    const transaction = db.transaction.bind(db);
    const watched: Database = Object.assign(db, {
      copyIn: (sql: string, lines: Parameters<typeof copyIn>[1]) => {
        copies.push(sql);
        return copyIn(sql, lines);
      },
      transaction: <T>(run: Parameters<typeof transaction<T>>[0]) =>
        transaction<T>((tx) => {
          const copy = tx.copyIn!.bind(tx);
          tx.copyIn = (sql, lines) => {
            copies.push(sql);
            return copy(sql, lines);
          };
          return run(tx);
        }),
    });
    await body(watched, copies);
  });
}

Deno.test("both formats of COPY and the upsert store the same", async () => {
  const stored: unknown[][] = [];
  // Before the epoch of PostgreSQL, and a year that takes more bits than numbers are exact in.
  const early = odd(0, 600).with(0, beat(0, { timestamp: "1970-01-01T00:00:00.001Z" }));
  const late = [...odd(600, 1_200), beat(0, { timestamp: "9999-12-30T00:00:00.000Z" })];
  for (const way of ["free", "probed", "upsert"]) {
    await withHeartRate(async (db, copies) => {
      const { loader, free, copyFree } = prepare(db);
      free.note(-Infinity, null);
      for (const part of [early, late]) {
        if (way === "free") assert.equal(await copyFree(part), true);
        else {await load(
            db,
            way === "probed" ? loader : createLoader(table, { bulk: null }),
            beats(part),
          );}
      }
      const expected = { free: ["binary", "text"], probed: ["text", "text"], upsert: [] }[way];
      assert.deepEqual(copies.map((sql) => /\(FORMAT (\w+)\)/.exec(sql)![1]), expected);
      await db.transaction((tx) => requireColumnTypes(tx, table));
      stored.push(await contents(db, table));
    });
  }
  assert.equal(stored[0]!.length, 1_201);
  assert.deepEqual(stored[0], stored[2]);
  assert.deepEqual(stored[1], stored[2]);
});

Deno.test("bytes for a column that has another type by now are not copied, or not relied on", async () => {
  await withHeartRate(async (db) => {
    const { loader, free, copyFree } = prepare(db);
    free.note(-Infinity, null);
    await db.exec("ALTER TABLE oura.heart_rate ALTER bpm TYPE bigint");
    assert.equal(await copyFree(odd(0, 600)), false, "they are too few");
    assert.deepEqual(await load(db, loader, beats(odd(0, 600))), { ...none, inserted: 600 });
    // Four bytes as well: nothing but the types tells that they mean something else.
    await db.exec("ALTER TABLE oura.heart_rate ALTER bpm TYPE real");
    free.note(-Infinity, null);
    assert.equal(await copyFree(odd(600, 1_200)), true);
    const reliance = db.transaction((tx) => requireColumnTypes(tx, table));
    await assert.rejects(reliance, { code: "DATABASE_STATEMENT", sqlState: "42804" });
  });
});

Deno.test("after one look, samples of a free stretch are copied without another", async () => {
  await withHeartRate(async (db, copies) => {
    const { free, copyFree } = prepare(db);
    await load(db, createLoader(table), beats([beat(2_000)]));
    assert.equal(free.includes(packed(odd(0, 600))), false, "nothing is known yet");
    assert.equal(await copyFree(odd(0, 600)), true);
    assert.equal(free.includes(packed(odd(600, 1_200))), true);
    assert.equal(await copyFree(odd(600, 1_200)), true);
    assert.equal(copies.length, 2);
    assert.equal(free.includes(packed(odd(1_500, 2_100))), false, "the look has shown a sample");
    assert.equal(await copyFree(odd(1_500, 2_100)), false);
    assert.equal(await copyFree(odd(1_200, 1_300)), false, "too few are loaded otherwise");
    assert.equal((await contents(db, table)).length, 1_201);

    // A digest does not tell texts with a tab apart.
    const plain = Array.from({ length: 600 }, (_, i) => beat(3_000 + i));
    assert.deepEqual(await prepare(db).loadAlike(plain), { unchanged: 0, copied: 600 });
    assert.deepEqual(await prepare(db).loadAlike(plain), { unchanged: 600, copied: 0 });
    const changed = plain.with(300, beat(3_300, { bpm: 1 }));
    assert.equal(await prepare(db).loadAlike(changed), null);
    assert.equal(copies.length, 3);
  });
});

Deno.test("nothing of a batch is copied where another writer has stored a sample meanwhile", async () => {
  await withHeartRate(async (db, copies) => {
    const { loader, free, copyFree } = prepare(db);
    assert.equal(await copyFree(odd(0, 600)), true);
    await load(db, createLoader(table), beats(odd(600, 1_200).slice(599)));
    assert.equal(await copyFree(odd(600, 1_200)), false);
    assert.equal(copies.length, 2);
    assert.equal((await contents(db, table)).length, 601);
    assert.equal(free.includes(packed(odd(1_200, 1_800))), false, "it is believed no longer");
    assert.deepEqual(await load(db, loader, beats(odd(600, 1_200))), {
      ...none,
      inserted: 599,
      unchanged: 1,
    });
  });
});

Deno.test("from the days on that the next window reads too, a batch looks again", async () => {
  await withHeartRate(async (db) => {
    const { free, copyFree } = prepare(db, Date.parse(beat(1_199).timestamp));
    assert.equal(await copyFree(odd(0, 600)), true);
    assert.equal(free.includes(packed(odd(600, 1_200))), false);
    assert.equal(free.includes(packed(odd(600, 1_199))), true);
  });
});

function prepare(db: Database, end = Infinity) {
  const bulk = createBulkLoader(table)!;
  const free = new FreeStretch(end);
  const loadAlike = (documents: readonly unknown[]) =>
    bulk.loadAlike(db, WEARER, packed(documents), free);
  const copyFree = async (documents: readonly unknown[]) => await loadAlike(documents) !== null;
  return { free, copyFree, loadAlike, loader: createLoader(table, { bulk }) };
}

Deno.test("a sample that comes twice is seen once, whatever its key has", () => {
  const keys = [table.key, table.key.filter(({ name }) => name === "timestamp")];
  for (const key of keys) {
    const seen = new SeenSamples({ ...table, key });
    const rows = beats([beat(0), beat(1), beat(5_000), beat(30_000), beat(30_001)]);
    // An instant a minute for a run, a pause of more than 49 days, and the same again out of order.
    for (const row of [...rows, ...rows.toReversed()]) {
      seen.add({ ...row, values: row.values.slice(0, key.length) });
    }
    assert.equal(seen.size, rows.length);
    const [instants] = seen.columns();
    assert.deepEqual(instants, rows.map(({ at }) => new Date(at).toISOString()));
  }
});
