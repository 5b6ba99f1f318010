import assert from "node:assert/strict";
import { createTransform, type Reject, type Transform } from "../../pipelines/stages/transform.ts";
import { offsetSeconds } from "../../pipelines/stages/utc_offset.ts";
import { valueColumns } from "../../pipelines/stages/table.ts";
import { beat, dailySleep, rowsOf, typeFrom } from "./support.ts";

function rejectOf(transform: Transform, document: unknown): Reject {
  const outcome = transform(document);
  if ("row" in outcome) throw new Error("the document fits");
  return outcome.reject;
}

/** The values of a document's row by column name. */
function valuesOf(transform: Transform, document: unknown): Record<string, unknown> {
  const [row] = rowsOf(transform, [document]);
  const names = valueColumns(transform.table).map(({ name }) => name);
  return Object.fromEntries(names.map((name, i) => [name, row!.values[i]]));
}

Deno.test("transform() reads declared columns, nested paths and the built-in ones", () => {
  const transform = createTransform(typeFrom("daily_sleep", [
    "columns:",
    "  score: score",
    "  deep: contributors.deep_sleep",
    "  rem: contributors.rem_sleep",
  ]));
  assert.deepEqual(valuesOf(transform, dailySleep("a", "2026-05-01")), {
    id: "a",
    day: "2026-05-01",
    utc_offset: "0 seconds",
    score: 80,
    deep: 90,
    rem: null,
  });
});

Deno.test("transform() gives every spelling of an instant the same key", () => {
  const transform = createTransform(typeFrom("heart_rate"));
  const keyOf = (timestamp: unknown) => rowsOf(transform, [beat(0, { timestamp })])[0]!.key;
  for (
    const spelling of [
      "2026-05-01T10:00:00.000Z",
      "2026-05-01T10:00:00Z",
      "2026-05-01T10:00Z",
      "2026-05-01 10:00:00",
      "2026-05-01T12:00:00+02:00",
      "2026-05-01T12:00+02",
      "2026-05-01T12:00:00.0+02",
      "2026-05-01t06:30:00.000000-0330",
    ]
  ) assert.equal(keyOf(spelling), "2026-05-01T10:00:00.000Z\trest", spelling);
  assert.equal(keyOf("2026-05-01T10:00:00.1234569+00:00"), "2026-05-01T10:00:00.123456Z\trest");
  assert.equal(keyOf("2026-05-01T10:00:00.1+00"), "2026-05-01T10:00:00.100Z\trest");
  assert.equal(keyOf("0050-05-01 10:00:00Z"), "0050-05-01T10:00:00.000Z\trest");
});

Deno.test("transform() tells instants a microsecond apart", () => {
  const transform = createTransform(typeFrom("heart_rate"));
  const rows = rowsOf(transform, [
    beat(0, { timestamp: "2026-05-01T10:00:00.123456Z" }),
    beat(0, { timestamp: "2026-05-01T10:00:00.123457Z" }),
  ]);
  assert.notEqual(rows[0]!.key, rows[1]!.key);
});

Deno.test("transform() takes the day as id where Oura sent none", () => {
  const transform = createTransform(typeFrom("daily_cardiovascular_age"));
  const document = { day: "2026-05-01", vascular_age: 40 };
  assert.equal(rowsOf(transform, [document])[0]!.key, "2026-05-01");
  assert.equal(rowsOf(transform, [{ ...document, id: "x1" }])[0]!.key, "x1");
});

Deno.test("transform() rejects a document without id where there may be several a day", () => {
  const outcome = createTransform(typeFrom("sleep"))({ day: "2026-05-01", type: "late_nap" });
  assert.ok("reject" in outcome);
  assert.equal(outcome.reject.key, null);
});

Deno.test("offsetSeconds() reads the tail of a timestamp", () => {
  const cases: [string, number | null][] = [
    ["2026-05-01T10:00:00+02:00", 7200],
    ["2026-05-01T10:00:00.000-0330", -12600],
    ["2026-05-01T10:00+14", 50400],
    ["2026-05-01T10:00:00Z", 0],
    ["2026-05-01 10:00:00z", 0],
    ["2026-05-01T10:00:00", null],
    ["2026-05-01", null],
    ["", null],
  ];
  for (const [text, seconds] of cases) assert.equal(offsetSeconds(text), seconds, text);
});

Deno.test("transform() takes a number for the offset as seconds", () => {
  const type = typeFrom("meal", [
    "endpoint: /v2/usercollection/meal",
    "window: { by: none }",
    "key: [id]",
    "columns: { kind: { path: kind, type: text } }",
  ]);
  const transform = createTransform({ ...type, offset: "shift" });
  assert.equal(valuesOf(transform, { id: "m", shift: -12600 }).utc_offset, "-12600 seconds");
  assert.equal(valuesOf(transform, { id: "m" }).utc_offset, null);
});

const sleepScore = createTransform(typeFrom("daily_sleep", ["columns: { score: score }"]));
const custom = createTransform(typeFrom("meal", [
  "endpoint: /v2/usercollection/meal",
  "window: { by: none }",
  "key: [id]",
  "keep_raw: false",
  "history: false",
  "columns:",
  "  small: { path: inner.size, type: smallint }",
  "  extra: { path: extra, type: jsonb }",
]));

const REJECTS: [string, Transform, unknown, Partial<Reject>][] = [
  ["a text", sleepScore, "oops", { key: null, reason: "a text where a document belongs" }],
  ["null", sleepScore, null, { key: null, reason: "null where a document belongs" }],
  ["an array", sleepScore, [], { key: null, reason: "an array where a document belongs" }],
  ["a document without a key", custom, { inner: {} }, { key: null, path: "id" }],
  ["a wrong type", sleepScore, dailySleep("a", "2026-05-01", { score: "high" }), {
    key: "a",
    path: "score",
  }],
  ["no such day", sleepScore, dailySleep("a", "2026-02-30"), { key: "a", path: "day" }],
  ["NUL", sleepScore, dailySleep("a", "2026-05-01", { note: "a\0" }), { key: "a", path: "" }],
  ["NUL in a name", sleepScore, dailySleep("a", "2026-05-01", { "n\0": 1 }), { key: "a" }],
  ["half a surrogate pair", sleepScore, dailySleep("a", "2026-05-01", { deep: [["\udc00"]] }), {
    key: "a",
  }],
  ["a value beyond its column", custom, { id: "m", inner: { size: 40_000 } }, {
    key: "m",
    path: "inner.size",
    column: "small",
    expected: "smallint",
    reason: "the number is outside the range of smallint",
  }],
  ["NUL in a jsonb column without the raw document", custom, { id: "m", extra: ["\0"] }, {
    key: "m",
    path: "extra",
    column: "extra",
    expected: "jsonb",
  }],
];

for (const [name, transform, document, expected] of REJECTS) {
  Deno.test(`transform() rejects ${name}, and says where`, () => {
    const reject = rejectOf(transform, document);
    for (const [field, value] of Object.entries(expected)) {
      assert.equal(reject[field as keyof Reject], value, field);
    }
    assert.equal(reject.document, document);
  });
}

Deno.test("transform() lets texts pass that only look like NUL or half a pair", () => {
  const note = "\\u0000 \\ud800 💍";
  const [row] = rowsOf(sleepScore, [dailySleep("a", "2026-05-01", { note })]);
  assert.equal(JSON.parse(row!.rawText!).note, note);
});

Deno.test("transform() rejects what is in the way of a path, and takes null there for NULL", () => {
  for (
    const [inner, kind] of [[[{ size: 1 }], "an array"], ["size", "a text"], [7, "a whole number"]]
  ) {
    const { path, column, reason } = rejectOf(custom, { id: "m", inner });
    assert.deepEqual([path, column], ["inner.size", "small"]);
    assert.equal(reason, `${kind} at inner, where an object belongs`);
  }
  assert.equal(valuesOf(custom, { id: "m", inner: null }).small, null);
  assert.equal(valuesOf(custom, { id: "m" }).small, null);
});

Deno.test("transform() takes no offset from what has none, and loads the document", () => {
  for (const timestamp of ["yesterday", 1_767_225_600_000, null, {}, "2026-05-01T00:00:00+99:00"]) {
    const document = dailySleep("a", "2026-05-01", { timestamp });
    assert.equal(valuesOf(sleepScore, document).utc_offset, null);
  }
});
