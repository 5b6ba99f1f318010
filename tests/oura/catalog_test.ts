import assert from "node:assert/strict";
import { CATALOG, findDataType } from "../../lib/oura/catalog/index.ts";
import { type CatalogField, fieldsOf } from "../../lib/oura/catalog/paths.ts";
import { type } from "./catalog_examples.ts";

const NAMES =
  "daily_activity daily_sleep daily_readiness daily_spo2 daily_stress daily_resilience " +
  "daily_cardiovascular_age heart_rate sleep sleep_time workout session tag enhanced_tag " +
  "personal_info ring_configuration rest_mode_period vo2_max ring_battery_level";

Deno.test("the catalog knows the 19 data types, each under its own name", () => {
  assert.deepEqual(CATALOG.map(({ name }) => name).toSorted(), NAMES.split(" ").toSorted());
  for (const dataType of CATALOG) assert.equal(findDataType(dataType.name), dataType);
  assert.equal(findDataType("meal"), undefined);
  assert.equal(findDataType("constructor"), undefined);
});

Deno.test("no two data types share a route, a schema or a webhook name", () => {
  const webhooks = CATALOG.map(({ webhook }) => webhook).filter((name) => name !== null);
  assert.equal(new Set(CATALOG.map(({ endpoint }) => endpoint)).size, CATALOG.length);
  assert.equal(new Set(CATALOG.map(({ openapiSchema }) => openapiSchema)).size, CATALOG.length);
  assert.equal(new Set(webhooks).size, webhooks.length);
});

Deno.test("key, day, instant and offset name fields of the right type", () => {
  for (const dataType of CATALOG) {
    const fields = fieldsOf(dataType);
    for (const name of dataType.key) assert.ok(fields.has(name), `${dataType.name}.${name}`);
    const { day, instant, offset } = dataType;
    if (day !== undefined) {
      assert.equal(fields.get(day)?.column, "date", `${dataType.name}.${day}`);
      assert.equal(fields.get(day)?.nullable, false, `${dataType.name}.${day}`);
    }
    for (const name of [instant, offset]) {
      if (name === undefined) continue;
      assert.equal(fields.get(name)?.column, "timestamptz", `${dataType.name}.${name}`);
    }
  }
});

Deno.test("types without a local day are those Oura sends in UTC or without a time", () => {
  const timeless = CATALOG.filter(({ day }) => day === undefined).map(({ name }) => name);
  assert.deepEqual(timeless.toSorted(), [
    "heart_rate",
    "personal_info",
    "ring_battery_level",
    "ring_configuration",
  ]);
  for (const name of timeless) assert.equal(type(name).offset, undefined, name);
});

Deno.test("every field says what it means, in a sentence", () => {
  for (const dataType of CATALOG) {
    for (const { path, description } of fieldsOf(dataType).values()) {
      assert.match(description, /^[A-Z].*\.$/s, `${dataType.name}.${path}`);
    }
  }
});

Deno.test("fieldsOf() addresses nested fields, samples and lists", () => {
  const expected: [string, string, Partial<CatalogField>][] = [
    ["daily_sleep", "contributors", { shape: "object", column: "jsonb", nullable: false }],
    ["daily_sleep", "contributors.deep_sleep", { shape: "value", column: "integer" }],
    ["sleep", "hrv", { shape: "samples", column: "jsonb", nullable: true, unit: "ms" }],
    ["sleep", "hrv.interval", { shape: "value", column: "double precision", nullable: true }],
    ["sleep", "hrv.items", { shape: "list", column: "jsonb", unit: "ms" }],
    ["sleep", "hrv.timestamp", { shape: "value", column: "timestamptz" }],
    ["sleep", "readiness.contributors.hrv_balance", { column: "integer", nullable: true }],
    ["sleep", "average_heart_rate", { column: "double precision", unit: "bpm" }],
    ["daily_activity", "steps", { column: "integer", nullable: false }],
    ["daily_activity", "met", { shape: "samples", nullable: false }],
    ["heart_rate", "timestamp_unix", { column: "bigint", nullable: true, unit: "ms" }],
    ["ring_battery_level", "charging", { column: "boolean", nullable: true }],
    ["tag", "tags", { shape: "list", column: "text[]", nullable: false }],
    ["tag", "text", { column: "text", nullable: true }],
    ["rest_mode_period", "episodes", { shape: "list", column: "jsonb" }],
    ["rest_mode_period", "start_day", { column: "date", nullable: false }],
    ["sleep_time", "optimal_bedtime.day_tz", { column: "integer", nullable: true, unit: "s" }],
    ["daily_stress", "day_summary", { values: ["restored", "normal", "stressful"] }],
  ];
  for (const [name, path, part] of expected) {
    const field = fieldsOf(type(name)).get(path);
    assert.ok(field, `${name}.${path}`);
    assert.deepEqual({ ...field, ...part, path }, field);
  }
  assert.equal(fieldsOf(type("rest_mode_period")).has("episodes.tags"), false);
});

Deno.test("step texts name a date and time of their own document as their start", () => {
  const found: string[] = [];
  for (const dataType of CATALOG) {
    const fields = fieldsOf(dataType);
    for (const { path, steps } of fields.values()) {
      if (!steps) continue;
      found.push(path);
      assert.equal(fields.get(steps.start)?.column, "timestamptz", path);
    }
  }
  assert.deepEqual(found.toSorted(), [
    "app_sleep_phase_5_min",
    "class_5_min",
    "movement_30_sec",
    "sleep_phase_30_sec",
    "sleep_phase_5_min",
  ]);
});
