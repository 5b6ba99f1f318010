/** Samples are compared by digest: unchanged ones cost no write, and no change is missed. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { createLoader } from "../../pipelines/stages/load.ts";
import { isDigestible } from "../../pipelines/stages/samples/digest.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { forEachDatabase } from "../support/databases.ts";
import { SOAK } from "../support/soak.ts";
import { addColumns, beat, load, rowsOf, typeFrom, WEARER } from "./support.ts";

const HEART = typeFrom("heart_rate", [
  "columns: { bpm: bpm, kind: source, note: { path: note, type: text, new_field: true } }",
]);
const transform = createTransform(HEART);
const loader = createLoader(transform.table);
const COUNT = 600;
const unchanged = { inserted: 0, updated: 0, unchanged: COUNT, revised: 0 };

/** As Oura sends them, with a field that no column uses, and one instant with two sources. */
const beats = Array.from(
  { length: COUNT },
  (_, i) =>
    i === 41
      ? beat(40, { source: "awake", extra: { list: [1, "é"], part: 0.5 } })
      : beat(i, { timestamp_unix: Date.UTC(2026, 4, 1) + i * 300_000, extra: { part: 0.5 } }),
);

function loadAll(db: Database, documents: readonly unknown[] = beats) {
  return load(db, loader, rowsOf(transform, documents));
}

/** The documents with one of them changed. */
function withChange(change: Record<string, unknown>) {
  const changed = JSON.parse(JSON.stringify({ ...beats[300], ...change }));
  return beats.with(300, changed);
}

forEachDatabase("unchanged samples are left alone without being sent", async (db) => {
  await addColumns(db, HEART);
  assert.equal(isDigestible(transform.table), true);
  assert.deepEqual(await loadAll(db), { ...unchanged, inserted: COUNT, unchanged: 0 });
  let longest = 0;
  const counts = await db.transaction((tx) =>
    loader(
      Object.assign(Object.create(tx), {
        query: (sql: string, params: readonly unknown[] = []) => {
          longest = Math.max(longest, JSON.stringify(params).length);
          return tx.query(sql, params);
        },
      }),
      { userId: WEARER, runId: null },
      rowsOf(transform, beats),
    )
  );
  assert.deepEqual(counts, unchanged);
  assert.ok(longest < 1_000, `${longest} characters sent`);
});

const CHANGES: readonly Record<string, unknown>[] = [
  { bpm: 199 },
  { bpm: null },
  { timestamp_unix: 1 },
  { timestamp: "2026-05-02T01:00:00+00:00" },
  { extra: { part: 0.25 } },
  { extra: { part: 0.5, more: null } },
  { extra: [] },
  { extra: 1e-9 },
  { extra: undefined },
  { note: "" },
  { note: "\\N" },
];
forEachDatabase("a sample that changed in any part is written", async (db, t) => {
  await addColumns(db, HEART);
  // Both compare with the same SQL: with a push PGlite meets every third change.
  const changes = db.kind === "pglite" && !SOAK ? CHANGES.filter((_, i) => i % 3 === 0) : CHANGES;
  for (const change of changes) {
    await t.step(`it became ${JSON.stringify(change)}`, async () => {
      await db.exec("DELETE FROM oura.heart_rate; DELETE FROM oura.document_revisions");
      await loadAll(db);
      const changed = { ...unchanged, updated: 1, unchanged: COUNT - 1, revised: 1 };
      const documents = withChange(change);
      assert.deepEqual(await loadAll(db, documents), changed);
      assert.deepEqual(await loadAll(db, documents), unchanged);
    });
  }
});

const EDITS = [
  "bpm = bpm + 1",
  "bpm = NULL",
  "kind = 'other'",
  "raw_data = NULL",
  `raw_data = raw_data || '{"bpm": 1}'`,
  "deleted_at = now()",
];
forEachDatabase("a stored sample that was edited is set right", async (db, t) => {
  await addColumns(db, HEART);
  await loadAll(db);
  for (const edit of EDITS) {
    await t.step(edit, async () => {
      const where = `"timestamp" = '2026-05-02T01:00:00Z'`;
      await db.exec(`UPDATE oura.heart_rate SET ${edit} WHERE ${where}`);
      const { updated, inserted } = await loadAll(db);
      assert.deepEqual({ updated, inserted }, { updated: 1, inserted: 0 });
      assert.deepEqual(await loadAll(db), unchanged);
    });
  }
});

forEachDatabase("a stored instant that is off by a microsecond is another sample", async (db) => {
  await addColumns(db, HEART);
  await loadAll(db);
  await db.exec(`UPDATE oura.heart_rate SET "timestamp" = "timestamp" + interval '1 microsecond'
    WHERE "timestamp" = '2026-05-02T01:00:00Z'`);
  assert.deepEqual(await loadAll(db), { ...unchanged, inserted: 1, unchanged: COUNT - 1 });
});

forEachDatabase("samples before, between and behind the stored ones are added", async (db) => {
  await addColumns(db, HEART);
  await loadAll(db, [...beats.slice(20, 300), ...beats.slice(301, 590)]);
  const added = { ...unchanged, inserted: 31, unchanged: COUNT - 31 };
  assert.deepEqual(await loadAll(db), added);
  await db.exec(`DELETE FROM oura.heart_rate WHERE "timestamp" < '2026-05-01T08:00:00Z'`);
  const { inserted, updated } = await loadAll(db);
  assert.deepEqual({ inserted, updated }, { inserted: 96, updated: 0 });
  assert.deepEqual(await loadAll(db), unchanged);
});

forEachDatabase("a text that holds what separates the fields is compared by itself", async (db) => {
  await addColumns(db, HEART);
  const documents = withChange({ note: "a\t=b\n" });
  await loadAll(db, documents);
  assert.deepEqual(await loadAll(db, documents), unchanged);
  await db.exec("UPDATE oura.heart_rate SET note = 'a' WHERE note IS NOT NULL");
  assert.deepEqual(await loadAll(db, documents), { ...unchanged, updated: 1, unchanged: 599 });
});
