/** Every data type with every field as Oura may send it, through the shipped configuration. */
import assert from "node:assert/strict";
import type { PipelineType } from "../../config/model.ts";
import { fit } from "../../lib/values/column_type.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import type { DataType } from "../../lib/oura/catalog/data_type.ts";
import { type CatalogField, fieldsOf } from "../../lib/oura/catalog/paths.ts";
import { watchDrift } from "../../pipelines/stages/drift.ts";
import { createTransform, type Transformed } from "../../pipelines/stages/transform.ts";
import { exampleOf, put } from "../oura/catalog_examples.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { dailySleep, typeFrom } from "./support.ts";

const SHIPPED = shippedPipeline().types;

/** Every field that is neither key nor day, with the data type around it. */
function* optionalFields(): Generator<[DataType, PipelineType, CatalogField]> {
  for (const dataType of CATALOG) {
    const type = SHIPPED.find(({ name }) => name === dataType.name)!;
    for (const field of fieldsOf(dataType).values()) {
      if (field.path !== dataType.day && !dataType.key.includes(field.path)) {
        yield [dataType, type, field];
      }
    }
  }
}

/** The outcome for the example of a type, changed at one place. */
function outcomeOf(dataType: DataType, type: PipelineType, path: string, value: unknown) {
  const document = exampleOf(dataType);
  put(document, path, value);
  // As it would come: undefined is no value of JSON.
  return createTransform(type)(JSON.parse(JSON.stringify(document)));
}

function assertLoads(outcome: Transformed, what: string): void {
  assert.ok("row" in outcome, "reject" in outcome ? `${what}: ${outcome.reject.reason}` : what);
}

Deno.test("every type loads its example as it is", () => {
  for (const dataType of CATALOG) {
    const type = SHIPPED.find(({ name }) => name === dataType.name)!;
    const outcome = createTransform(type)(exampleOf(dataType));
    assertLoads(outcome, dataType.name);
    assert.ok("row" in outcome && outcome.unread === undefined, dataType.name);
  }
});

for (const [form, value] of [["null", null], ["absent", undefined]] as const) {
  Deno.test(`every type loads with any field ${form}, and then its column is NULL`, () => {
    for (const [dataType, type, { path }] of optionalFields()) {
      const what = `${dataType.name}.${path} ${form}`;
      const outcome = outcomeOf(dataType, type, path, value);
      assertLoads(outcome, what);
      assert.ok("row" in outcome);
      const { table } = createTransform(type);
      const at = type.columns.findIndex((column) => column.path.join(".") === path);
      const first = table.key.length + table.builtin.length;
      if (at >= 0) assert.equal(outcome.row.values[first + at], null, what);
    }
  });
}

Deno.test("every type loads with all its optional fields null at once, or with none", () => {
  for (const dataType of CATALOG) {
    const type = SHIPPED.find(({ name }) => name === dataType.name)!;
    const needed = [...dataType.key, dataType.day].filter((name) => name !== undefined);
    const example = exampleOf(dataType);
    const bare = Object.fromEntries(needed.map((name) => [name, example[name]]));
    const nulls = Object.fromEntries(Object.keys(example).map((name) => [name, null]));
    assertLoads(createTransform(type)(bare), dataType.name);
    assertLoads(createTransform(type)({ ...nulls, ...bare }), dataType.name);
  }
});

const NUMBERS = ["integer", "bigint", "double precision"];

Deno.test("every type loads numbers of another kind, as far as nothing is lost", () => {
  for (const [dataType, type, { path, column }] of optionalFields()) {
    if (!NUMBERS.includes(column)) continue;
    for (const value of [7, 7.0, "7", "7.0", "-7"]) {
      assertLoads(outcomeOf(dataType, type, path, value), `${dataType.name}.${path}: ${value}`);
    }
    const outcome = outcomeOf(dataType, type, path, 7.5);
    const declared = type.columns.find((column) => column.path.join(".") === path);
    if (declared === undefined || fit(7.5, declared.type).ok) {
      assertLoads(outcome, `${dataType.name}.${path}: a fraction`);
      continue;
    }
    assert.ok("reject" in outcome, path);
    const { reject } = outcome;
    assert.deepEqual([reject.path, reject.column, reject.expected], [
      path,
      declared.name,
      declared.type,
    ]);
    assert.doesNotMatch(reject.reason, /7\.5/);
    // What the reason advises helps.
    const columns = type.columns.map((column) =>
      column === declared ? { ...column, type: "double precision" as const } : column
    );
    assertLoads(outcomeOf(dataType, { ...type, columns }, path, 7.5), `${path} after the edit`);
  }
});

Deno.test("a field that no column uses may be of any kind, and is reported as drift", () => {
  for (const [dataType, type, { path }] of optionalFields()) {
    const bare = { ...type, columns: [], series: [] };
    for (const value of [7.25, "text", true, [], {}]) {
      assertLoads(outcomeOf(dataType, bare, path, value), `${dataType.name}.${path}`);
    }
    const watch = watchDrift(bare);
    const document = exampleOf(dataType);
    put(document, path, [[true]]);
    watch.observe(document);
    const found = watch.changed().map((change) => change.path.replace(/\[\].*$/, ""));
    // A list of anything is a list still where its items are not looked into.
    assert.ok(found.includes(path), `${dataType.name}.${path}: ${JSON.stringify(found)}`);
  }
});

Deno.test("drift says what was expected and what came, counted, and never the value", () => {
  const watch = watchDrift(typeFrom("daily_sleep"));
  for (const score of ["eighty-one", "eighty-two", 7.5, null]) {
    watch.observe(dailySleep("a", "2026-05-01", { score, timestamp: undefined }));
  }
  const { timestamp: _, ...untimed } = dailySleep("a", "2026-05-01");
  watch.observe({ ...untimed, contributors: "rem" });
  const dataType = "daily_sleep";
  const datetime = "a date and time";
  assert.deepEqual(watch.changed(), [
    { dataType, path: "timestamp", count: 5, expected: datetime, found: "nothing" },
    { dataType, path: "score", count: 2, expected: "a whole number", found: "a text" },
    { dataType, path: "score", count: 1, expected: "a whole number", found: "a number" },
    { dataType, path: "contributors", count: 1, expected: "an object", found: "a text" },
  ]);
  assert.deepEqual(watch.found(), []);
});

Deno.test("a series that cannot be read costs its samples and no more", () => {
  const transform = createTransform(typeFrom("sleep", [
    "columns: { type: type }",
    "series:",
    "  sleep_hrv: hrv",
    "  sleep_stages: sleep_phase_5_min",
  ]));
  const night = {
    id: "a",
    day: "2026-05-01",
    type: "long_sleep",
    bedtime_start: "2026-04-30T23:00:00+02:00",
    sleep_phase_5_min: "1234",
    hrv: { interval: 300, items: [40, null], timestamp: "2026-04-30T23:00:00+02:00" },
  };
  const outcome = (change: Record<string, unknown>) => {
    const transformed = transform({ ...night, ...change });
    assert.ok("row" in transformed);
    return { samples: transformed.row.samples, unread: transformed.unread };
  };
  const odd: Record<string, unknown>[] = [
    { hrv: { ...night.hrv, interval: -5 } },
    { hrv: { ...night.hrv, interval: null } },
    { hrv: { ...night.hrv, timestamp: null } },
    { hrv: { ...night.hrv, timestamp: "yesterday" } },
    { hrv: { ...night.hrv, items: "40" } },
    { hrv: { ...night.hrv, items: [40, {}] } },
    { hrv: [40] },
  ];
  for (const change of odd) {
    const { samples, unread } = outcome(change);
    assert.deepEqual([samples[0], samples[1]?.values.length], [null, 4]);
    assert.deepEqual([unread?.key, unread?.column], ["a", null]);
    assert.match(
      unread!.reason,
      /^series sleep_hrv: .* \(the row is loaded without these samples\)$/,
    );
  }
  const both = outcome({ hrv: 7, bedtime_start: null });
  assert.deepEqual(both.samples, [null, null]);
  assert.equal(both.unread?.path, "hrv, sleep_phase_5_min");
  const text = { interval: "300", items: ["40", 41, null], timestamp: night.hrv.timestamp };
  const read = outcome({ hrv: text });
  assert.deepEqual([read.samples[0]?.every, read.samples[0]?.values], [300, [40, 41, null]]);
  assert.equal(read.unread, undefined);
  assert.deepEqual(text.items, ["40", 41, null], "the document stays as it came");
});
