/** Documents that are JSON and no document of Oura's: none of them may end a run. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { addRejects } from "../../lib/db/store/rejects.ts";
import { createIndex } from "../../pipelines/schema/plan/ddl.ts";
import { createLoader } from "../../pipelines/stages/load.ts";
import { rejectEntry } from "../../pipelines/stages/reject_entry.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { onServerFirst } from "../support/server_first.ts";
import { addColumns, beat, contents, dailySleep, load, typeFrom, WEARER } from "./support.ts";

const DAY = "2026-05-01";

/** A text that PostgreSQL cannot make shorter by compressing it. */
function incompressible(length: number): string {
  const bytes = Array.from({ length: Math.ceil(length / 36) }, () => crypto.randomUUID());
  return bytes.join("").slice(0, length);
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = { 1: value };
  return value;
}

/** Puts documents through transform, load and quarantine; the rows and the reasons it ends with. */
async function through(db: Database, name: string, lines: string[], documents: unknown[]) {
  const type = typeFrom(name, lines);
  const table = await addColumns(db, type);
  const transform = createTransform(type);
  const outcomes = documents.map((document) => transform(document));
  const rows = outcomes.flatMap((outcome) => "row" in outcome ? [outcome.row] : []);
  const rejects = outcomes.flatMap((outcome) => "row" in outcome ? [] : [outcome.reject]);
  await load(db, createLoader(table), rows);
  const target = { userId: WEARER, dataType: name, runId: null };
  await db.transaction((tx) =>
    addRejects(tx, target, rejects.map((reject) => rejectEntry(reject, null)))
  );
  return { rows: await contents(db, table), reasons: rejects.map(({ reason }) => reason) };
}

onServerFirst(
  "a key longer than an index holds is quarantined, a shorter one kept",
  async (db) => {
    const { rows, reasons } = await through(db, "daily_sleep", [], [
      dailySleep(incompressible(1024), DAY),
      dailySleep(incompressible(1025), DAY),
      dailySleep(incompressible(9000), DAY),
    ]);
    assert.equal(rows.length, 1);
    assert.deepEqual(reasons, Array(2).fill("the document has no key that can be stored"));
  },
);

onServerFirst("a sample's source is bounded like any other key", async (db) => {
  const { rows, reasons } = await through(db, "heart_rate", [], [
    beat(0, { source: incompressible(900) }),
    beat(1, { source: incompressible(9000) }),
  ]);
  assert.equal(rows.length, 1);
  assert.equal(reasons.length, 1);
});

onServerFirst("a value longer than its index holds is quarantined", async (db) => {
  const lines = [
    "columns:",
    "  text: { path: text, type: text, new_field: true, index: true }",
    "  list: { path: list, type: jsonb, new_field: true, index: true }",
  ];
  const type = typeFrom("daily_sleep", lines);
  const { rows, reasons } = await through(db, "daily_sleep", lines, [
    dailySleep("a", DAY, { text: incompressible(1024), list: [incompressible(1000)] }),
    dailySleep("b", DAY, { text: incompressible(1025) }),
    dailySleep("c", DAY, { list: [incompressible(1025)] }),
  ]);
  assert.equal(rows.length, 1);
  const reason = "the value is too long for an index (declare the column without one)";
  assert.deepEqual(reasons, [reason, reason]);
  for (const { name } of type.columns) {
    await db.exec(createIndex("daily_sleep", name, false));
  }
});

onServerFirst("a document nested too deeply is quarantined, a deep one kept", async (db) => {
  const { rows, reasons } = await through(db, "daily_sleep", [], [
    dailySleep("a", DAY, { extra: nested(499) }),
    dailySleep("b", DAY, { extra: nested(500) }),
    dailySleep("c", DAY, { extra: nested(100_000) }),
  ]);
  assert.equal(rows.length, 1);
  assert.deepEqual(reasons, Array(2).fill("the document is nested too deeply"));
});

onServerFirst("an instant before the first year or after the last is quarantined", async (db) => {
  const edges = [
    "0001-01-01T00:00:00+05:00",
    "0001-01-01T05:00:00+05:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-00:30",
  ];
  // As many as are bulk-loaded, which looks at the first and the last instant.
  const beats = Array.from({ length: 600 }, (_, n) => beat(n));
  const { rows, reasons } = await through(db, "heart_rate", [], [
    ...edges.map((timestamp) => beat(0, { timestamp })),
    ...beats,
  ]);
  assert.equal(rows.length, 602);
  assert.deepEqual(reasons, Array(2).fill("the document has no key that can be stored"));
});

Deno.test("samples further apart than a day are not read, and named", () => {
  const transform = createTransform(typeFrom("session", ["series: { beats: heart_rate }"]));
  const outcome = (interval: number) =>
    transform({
      id: "a",
      day: DAY,
      type: "rest",
      start_datetime: `${DAY}T10:00:00Z`,
      end_datetime: `${DAY}T11:00:00Z`,
      heart_rate: { interval, items: [60, 61, 62], timestamp: `${DAY}T10:00:00Z` },
    });
  const unread = (interval: number) => {
    const transformed = outcome(interval);
    assert.ok("row" in transformed);
    return transformed.unread?.path;
  };
  for (const interval of [5, 86_400]) assert.equal(unread(interval), undefined);
  for (const interval of [86_401, 1e300, 0, -5]) assert.equal(unread(interval), "heart_rate");
});

Deno.test("a path finds what Oura sent, not what every object has", () => {
  const lines = [
    "endpoint: /v2/usercollection/meal",
    "window: { by: date }",
    "key: [id]",
    "columns:",
    "  a: { path: toString, type: text }",
    "  b: { path: __proto__, type: jsonb }",
    "  c: { path: __proto__.toString.name, type: text }",
    "  d: { path: constructor.name, type: text }",
  ];
  const transform = createTransform(typeFrom("meal", lines));
  const valuesOf = (json: string) => {
    const outcome = transform(JSON.parse(json));
    return "row" in outcome ? outcome.row.values : outcome.reject.reason;
  };
  assert.deepEqual(valuesOf('{"id":"1"}'), ["1", null, null, null, null]);
  assert.deepEqual(
    valuesOf('{"id":"1","constructor":{},"__proto__":{"y":1}}'),
    ["1", null, { y: 1 }, null, null],
  );
  const noKey = createTransform(typeFrom("meal", [...lines.slice(0, 2), "key: [toString]"]));
  assert.ok("reject" in noKey({ id: "1" }));
});
