import assert from "node:assert/strict";
import { addDays } from "../../lib/values/days.ts";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { createLoader } from "../../pipelines/stages/load.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { forEachDatabase, withPostgres } from "../support/databases.ts";
import { Cluster } from "../support/postgres.ts";
import {
  addColumns,
  beat,
  contents,
  dailySleep,
  load,
  rowsOf,
  typeFrom,
  WEARER,
} from "./support.ts";

const SLEEP = typeFrom("daily_sleep", ["columns: { score: score }"]);
const HEART = typeFrom("heart_rate", [
  "columns:",
  "  bpm: bpm",
  "  whole: { path: note, type: jsonb, new_field: true }",
  "  words: { path: words, type: 'text[]', new_field: true }",
  "  note: { path: text, type: text, new_field: true }",
]);

const sleepRows = (documents: readonly unknown[]) => rowsOf(createTransform(SLEEP), documents);
const beats = (documents: readonly unknown[]) => rowsOf(createTransform(HEART), documents);
const nights = (count: number, more: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, i) => dailySleep(`n${i}`, addDays("2026-05-01", i), more));
const none = { inserted: 0, updated: 0, unchanged: 0, revised: 0 };

async function times(db: Database, id: string) {
  const { rows } = await db.query<{ created_at: Date; updated_at: Date; deleted_at: Date | null }>(
    "SELECT created_at, updated_at, deleted_at FROM oura.daily_sleep WHERE id = $1",
    [id],
  );
  return rows[0]!;
}

forEachDatabase("the loader tells new, changed and unchanged documents apart", async (db) => {
  await addColumns(db, SLEEP);
  const loader = createLoader(createTransform(SLEEP).table);
  assert.deepEqual(await load(db, loader, []), none);
  assert.deepEqual(await load(db, loader, sleepRows(nights(3))), { ...none, inserted: 3 });
  const before = await times(db, "n0");

  const second = [
    ...nights(2),
    dailySleep("n2", "2026-05-03", { score: 81 }),
    dailySleep("n9", "2026-05-10"),
  ];
  assert.deepEqual(await load(db, loader, sleepRows(second), 7), {
    inserted: 1,
    updated: 1,
    unchanged: 2,
    revised: 1,
  });
  assert.deepEqual(await times(db, "n0"), before);
  const changed = await times(db, "n2");
  assert.ok(changed.updated_at > changed.created_at, "updated_at moved with the document");

  const { rows } = await db.query(
    "SELECT user_id, data_type, document_key, document -> 'score' AS score, run_id FROM oura.document_revisions",
  );
  assert.deepEqual(rows, [
    { user_id: WEARER, data_type: "daily_sleep", document_key: "n2", score: 80, run_id: 7 },
  ]);
}, { otherSchema: true });

forEachDatabase(
  "a column that changed because the YAML did leaves updated_at and history alone",
  async (db) => {
    await addColumns(db, SLEEP);
    const rows = sleepRows(nights(1));
    await load(db, createLoader(createTransform(SLEEP).table), rows);
    const before = await times(db, "n0");
    const rereads = createTransform(typeFrom("daily_sleep", [
      "columns: { score: { path: contributors.efficiency, type: integer } }",
    ]));
    const loader = createLoader(rereads.table);
    assert.deepEqual(await load(db, loader, rowsOf(rereads, nights(1))), { ...none, updated: 1 });
    assert.deepEqual(await times(db, "n0"), before);
    const { rows: [row] } = await db.query(
      "SELECT score FROM oura.daily_sleep",
    );
    assert.equal(row!.score, 70);
  },
);

forEachDatabase("a document that comes back loses its deleted_at", async (db) => {
  await addColumns(db, SLEEP);
  const loader = createLoader(createTransform(SLEEP).table);
  await load(db, loader, sleepRows(nights(1)));
  await db.exec("UPDATE oura.daily_sleep SET deleted_at = now()");
  assert.deepEqual(await load(db, loader, sleepRows(nights(1))), { ...none, updated: 1 });
  assert.equal((await times(db, "n0")).deleted_at, null);
});

forEachDatabase("of a document sent twice in a batch the last counts", async (db) => {
  await addColumns(db, SLEEP);
  const loader = createLoader(createTransform(SLEEP).table);
  const twice = [...nights(1), dailySleep("n0", "2026-05-01", { score: 12 })];
  assert.deepEqual(await load(db, loader, sleepRows(twice)), { ...none, inserted: 1 });
  const { rows } = await db.query("SELECT score FROM oura.daily_sleep");
  assert.deepEqual(rows, [{ score: 12 }]);
});

/** Texts, arrays and JSON that mean something to COPY, to arrays or to JSON. */
const NASTY: readonly Record<string, unknown>[] = [
  { text: "tab\tline\nreturn\rslash\\ \\N \\." },
  { text: "\\N", words: ["NULL", "null", "", " ", null] },
  { text: '"quoted", {braced}', words: ['a"b', "a\\b", "{c}", "d,e", "f\tg\nh"] },
  { text: "Zoë 💍 \u2028", words: [] },
  { text: "", note: ["a", { b: null }] },
  { text: null, note: "a JSON text \\ \t" },
  { note: "null" },
  { note: 0.1 },
  { note: false },
  { note: { "\\": ["\n"] } },
];
const mixed = (count: number) =>
  Array.from({ length: count }, (_, i) => beat(i, NASTY[i % NASTY.length]));

Deno.test("COPY and the upsert store the same, row by row", async () => {
  const stored: unknown[][] = [];
  for (const bulk of [true, false]) {
    await withPostgres("oura", async (db) => {
      await createHeartRate(db);
      const loader = createLoader(createTransform(HEART).table);
      const rows = beats(mixed(600));
      if (bulk) assert.equal(await copied(db, (tx) => loader(tx, target, rows)), true);
      else for (let i = 0; i < 600; i += 100) await load(db, loader, rows.slice(i, i + 100));
      stored.push(await contents(db, createTransform(HEART).table));
      assert.deepEqual(await load(db, loader, rows), { ...none, unchanged: 600 });
    });
  }
  assert.equal(stored[0]!.length, 600);
  assert.deepEqual(stored[0], stored[1]);
});

Deno.test("an occupied stretch of time is upserted, not copied", async () => {
  await withPostgres("oura", async (db) => {
    await createHeartRate(db);
    const loader = createLoader(createTransform(HEART).table);
    await load(db, loader, beats([beat(300, { bpm: 1 })]));
    let counts;
    const usedCopy = await copied(
      db,
      async (tx) => counts = await loader(tx, target, beats(mixed(600))),
    );
    assert.equal(usedCopy, false);
    assert.deepEqual(counts, { inserted: 599, updated: 1, unchanged: 0, revised: 1 });
  });
});

Deno.test("a writer who fills the stretch during the COPY does no harm", async () => {
  await withPostgres("oura", async (db) => {
    await createHeartRate(db);
    const loader = createLoader(createTransform(HEART).table);
    const rows = beats(mixed(600));
    let others: Promise<unknown> = Promise.resolve();
    const counts = await db.transaction((tx) =>
      loader(
        {
          schema: tx.schema,
          query: (sql, params) => tx.query(sql, params),
          queryRaw: (sql, params) => tx.queryRaw(sql, params),
          stream: (sql, params) => tx.stream(sql, params),
          streamRaw: (sql, params) => tx.streamRaw(sql, params),
          exec: (sql) => tx.exec(sql),
          savepoint: (body) => tx.savepoint(body),
          // Between the probe and the COPY another worker commits some of the rows.
          async copyIn(sql, lines) {
            others = load(db, loader, rows.slice(0, 200));
            await others;
            await tx.copyIn!(sql, lines);
          },
        },
        target,
        rows,
      )
    );
    await others;
    assert.deepEqual(counts, { inserted: 400, updated: 0, unchanged: 200, revised: 0 });
    assert.equal((await contents(db, createTransform(HEART).table)).length, 600);
  });
});

Deno.test("loading the same again writes no row, takes no row lock and leaves no dead row", async () => {
  await onServerOfItsOwn(async (db) => {
    await createHeartRate(db);
    await addColumns(db, SLEEP);
    const cases = [
      { type: SLEEP, rows: sleepRows(nights(50)) },
      { type: HEART, rows: beats(mixed(600)) },
    ];
    for (const { type, rows } of cases) {
      const { table } = createTransform(type);
      const loader = createLoader(table);
      await load(db, loader, rows);
      const system = async () =>
        (await db.query(
          `SELECT ctid::text, xmin::text, xmax::text FROM oura.${table.name} ORDER BY ctid`,
        )).rows;
      const before = await system();
      const lsn = await writtenSoFar(db);
      assert.deepEqual(await load(db, loader, rows), { ...none, unchanged: rows.length });
      assert.deepEqual(await system(), before);
      assert.ok(before.every(({ xmax }) => xmax === "0"), "no row lock was ever taken");
      // A page of visibility hints at most; the rows alone would be tens of kilobytes.
      const written = await writtenSoFar(db) - lsn;
      assert.ok(written < 20_000, `${written} bytes of WAL`);
    }
  });
});

Deno.test("two loaders of overlapping rows neither deadlock nor count a row twice", async () => {
  await withPostgres("oura", async (db) => {
    await createHeartRate(db);
    const loader = createLoader(createTransform(HEART).table);
    const all = mixed(1200);
    // In opposite order, as pages of two windows may come; the second half upserts piecemeal.
    const left = beats(all.slice(0, 800));
    const right = beats(all.slice(400).toReversed());
    const counts = await Promise.all([
      load(db, loader, left),
      load(db, loader, right),
      ...Array.from({ length: 6 }, (_, i) => load(db, loader, right.slice(i * 100, i * 100 + 100))),
    ]);
    const inserted = counts.reduce((sum, count) => sum + count.inserted, 0);
    const unchanged = counts.reduce((sum, count) => sum + count.unchanged, 0);
    assert.equal(inserted, 1200);
    assert.equal(unchanged, 800 + 800 + 600 - 1200);
    assert.equal((await contents(db, createTransform(HEART).table)).length, 1200);
  });
});

const target = { userId: WEARER, runId: null };

async function createHeartRate(db: Database): Promise<void> {
  await migrate(db);
  await addColumns(db, HEART);
}

/** Whether `body` reached for COPY. */
async function copied(db: Database, body: (tx: Transaction) => Promise<unknown>): Promise<boolean> {
  let used = false;
  await db.transaction((tx) =>
    body({
      schema: tx.schema,
      query: (sql, params) => tx.query(sql, params),
      queryRaw: (sql, params) => tx.queryRaw(sql, params),
      stream: (sql, params) => tx.stream(sql, params),
      streamRaw: (sql, params) => tx.streamRaw(sql, params),
      exec: (sql) => tx.exec(sql),
      savepoint: (inner) => tx.savepoint(inner),
      copyIn(sql, lines) {
        used = true;
        return tx.copyIn!(sql, lines);
      },
    })
  );
  return used;
}

/** Runs `body` on a server with no other writer: its log is one for all databases. */
async function onServerOfItsOwn(body: (db: Database) => Promise<void>): Promise<void> {
  const cluster = await Cluster.start();
  const db = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
  try {
    await body(db);
  } finally {
    await db.close();
    await cluster.remove();
  }
}

async function writtenSoFar(db: Database): Promise<number> {
  const { rows } = await db.query<{ bytes: string }>(
    "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes",
  );
  return Number(rows[0]!.bytes);
}
