/** Packed samples are the rows of the transform, however they were packed. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../lib/db/driver/text/byte_writer.ts";
import { copyField } from "../../lib/db/driver/text/copy_text.ts";
import { Batches, keepLastInstant, newBatch } from "../../pipelines/sync/run/load_batch.ts";
import { copyLines } from "../../pipelines/stages/samples/copy_lines.ts";
import { PackedSamples } from "../../pipelines/stages/samples/packed_samples.ts";
import { createTransform, type Row } from "../../pipelines/stages/transform.ts";
import { beat, rowsOf, typeFrom } from "./support.ts";

const HEART = typeFrom("heart_rate", [
  "columns: { bpm: bpm, kind: source, note: { path: note, type: text, new_field: true }, " +
  "worn: { path: worn, type: boolean, new_field: true } }",
]);
const transform = createTransform(HEART);
const { table } = transform;

/** Rows as they compare: an instant has many spellings. */
const comparable = (row: Row) => ({
  ...row,
  values: row.values.with(0, new Date(String(row.values[0])).toISOString()),
  samples: [],
});

const timestamp = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T00:00:00Z"),
    })
      .filter((date) => !Number.isNaN(date.getTime())).map((date) => date.toISOString()),
  },
  fc.constantFrom(
    "2026-05-01T10:00:00+02:00",
    "2026-05-01T10:00:00.123456Z",
    "2026-02-29T00:00:00.000Z",
    "2024-02-29T23:59:59.999Z",
    "2026-05-01T24:00:00.000Z",
    "2026-05-01T10:60:00.000Z",
    "2026-05-01T10:00:00.0a0Z",
    "2026-05-01 10:00:00.000Z",
    "2026-05-01T10:00:00.000z",
    "0000-05-01T10:00:00.000Z",
    "",
  ),
  fc.constantFrom(1_790_000_000_000, null, true),
);
const value = fc.oneof(
  fc.constantFrom(null, "", 0, -0, -1, 62, 0.5, 1e21, 2 ** 31, 2 ** 53, -(2 ** 40), true, false),
  fc.constantFrom("awake", "a\tb", "a\\b", 'a"b', "é", "\u007f", "\0", "\ud800", "80", "true"),
  fc.string({ maxLength: 200 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.jsonValue({ maxDepth: 2 }),
);
/** Mostly values that fit, so that a value that does not also comes alone. */
const or = (plain: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: value });
const word = fc.constantFrom("awake", "workout", "rest");
const sample = fc.record({
  timestamp,
  source: or(word),
  bpm: or(fc.integer({ min: 0, max: 250 })),
  note: or(fc.option(word)),
  worn: or(fc.option(fc.boolean())),
  timestamp_unix: or(fc.maxSafeInteger()),
}, { requiredKeys: ["timestamp", "source"] }).map((fields) => JSON.parse(JSON.stringify(fields)));
/** Fields that Oura added: their names, too, may hold what no database stores, or some do not. */
const fieldName = fc.constantFrom("a", "\0", "\ud800", "é", "a\tb", 'a"b', "a\\b", "\u007f", "");
const document = fc.oneof(
  { weight: 8, arbitrary: sample },
  fc.tuple(sample, fieldName).map(([fields, name]) => ({ ...fields, [name]: 1 })),
  sample.map((fields) => JSON.parse(`{"__proto__":1,${JSON.stringify(fields).slice(1)}`)),
  fc.jsonValue({ maxDepth: 2 }),
);

Deno.test("the short cut for plain samples makes the row that the transform makes", () => {
  let short = 0;
  fc.assert(
    fc.property(document, (document) => {
      const packed = new PackedSamples(table);
      const noted = transform.pack!(document, packed);
      if (noted === null) {
        assert.equal(packed.length, 0);
        assert.equal(packed.writer.length, 0, "nothing of it is left");
        return;
      }
      short++;
      const outcome = transform(document);
      assert.ok("row" in outcome, "what the transform rejects is never packed");
      assert.deepEqual(comparable(packed.row(0)), comparable(outcome.row));
      assert.deepEqual([noted.key, noted.at], [outcome.row.key, outcome.row.at]);
      assert.match(outcome.row.rawText!, /^[ -~]*$/, "every encoding stores what is packed");
    }),
    { numRuns: 5_000 },
  );
  assert.ok(short > 500, `${short} documents took the short cut`);
});

Deno.test("plain samples of Oura take the short cut", () => {
  const packed = new PackedSamples(table);
  const plain = beat(1, {
    timestamp: "2026-05-01T00:05:00.000Z",
    timestamp_unix: 1_777_593_900_000,
  });
  assert.notEqual(transform.pack!(plain, packed), null);
});

Deno.test("rows come out of the pack as they went in, in the order of their keys", () => {
  const documents = [
    beat(1),
    beat(2, { source: "workout" }),
    beat(2, { source: "awake", extra: { part: 0.5, text: "é\\" } }),
    beat(3, { timestamp: "2026-05-01T00:15:00.123456Z" }),
  ];
  const rows = rowsOf(transform, documents);
  const packed = PackedSamples.of(table, rows);
  const sorted = [rows[0]!, rows[2]!, rows[1]!, rows[3]!];
  assert.deepEqual([...packed].map(comparable), sorted.map(comparable));
  assert.equal(packed.isInKeyOrder(), false, "one is finer than a millisecond");
  assert.deepEqual(comparable(packed.pop()!), comparable(rows[3]!));
  assert.equal(packed.isInKeyOrder(), true);
  packed.push(rows[1]!);
  assert.equal(packed.isInKeyOrder(), false, "a key comes twice");
});

Deno.test("the lines of COPY are those that their fields make", () => {
  const rows = rowsOf(transform, [
    beat(1, { bpm: null, note: "a\tb\\c" }),
    beat(2, { extra: { text: 'é\\n"' } }),
    beat(3, { timestamp: "2026-05-01T00:15:00.123456Z" }),
  ]);
  const lines = new ByteWriter(8);
  copyLines(lines, "wearer\\1", PackedSamples.of(table, rows), [[0, 1], [1, 3]]);
  const expected = rows.map(({ values, rawText }) =>
    `${["wearer\\1", ...values, rawText].map(copyField).join("\t")}\n`
  );
  const instants = (text: string) =>
    text.replaceAll(/\d{4}-[^\t]*?Z(?=\t)/g, (found) => new Date(found).toISOString());
  assert.equal(
    instants(new TextDecoder().decode(lines.written())),
    instants(expected.join("")),
  );
});

Deno.test("two documents of one key stay in one batch", () => {
  const full = newBatch(table);
  const [a, b, twin] = rowsOf(transform, [beat(1), beat(2), beat(2, { bpm: 99 })]);
  for (const row of [a!, b!, twin!]) full.rows.push(row);
  const next = newBatch(table);
  keepLastInstant(full, next);
  assert.deepEqual(Array.from(full.rows, ({ key }) => key), [a!.key]);
  assert.deepEqual(
    Array.from(next.rows, ({ key, rawText }) => [key, rawText]),
    [b!, twin!].map(({ key, rawText }) => [key, rawText]),
  );
});

Deno.test("a pack that is used again has nothing of the rows before", () => {
  const fine = beat(1, { timestamp: "2026-05-01T00:05:00.123456Z", note: "before" });
  const before = rowsOf(transform, [fine, ...Array.from({ length: 3_000 }, (_, n) => beat(n))]);
  const rows = rowsOf(transform, [beat(0, { bpm: 99 }), beat(1, { note: "after" })]);
  const batches = new Batches(table);
  const first = batches.next();
  for (const row of before) first.rows.push(row);
  batches.release(first);
  const again = batches.next();
  assert.equal(again.rows, first.rows);
  assert.equal(again.rows.length, 0);
  for (const row of rows) again.rows.push(row);
  assert.deepEqual([...again.rows].map(comparable), rows.map(comparable));
  assert.notEqual(batches.next().rows, again.rows);
});
