import assert from "node:assert/strict";
import type { DataType } from "../../lib/oura/catalog/data_type.ts";
import { CATALOG, type DocumentOf } from "../../lib/oura/catalog/index.ts";
import { fieldsOf } from "../../lib/oura/catalog/paths.ts";
import { exampleOf, EXAMPLES, put, type } from "./catalog_examples.ts";

function accepts(dataType: DataType, change: (document: Record<string, unknown>) => void): boolean {
  const document = exampleOf(dataType);
  change(document);
  return dataType.document.safeParse(document).success;
}

Deno.test("a document with every known field is accepted", () => {
  for (const dataType of CATALOG) assert.ok(accepts(dataType, () => {}), dataType.name);
});

Deno.test("a value of the wrong type is rejected at its path, in every field of every type", () => {
  for (const dataType of CATALOG) {
    for (const { path, shape, column } of fieldsOf(dataType).values()) {
      for (const wrong of shape === "object" ? [7, "text", []] : EXAMPLES[column].wrong) {
        const document = exampleOf(dataType);
        put(document, path, wrong);
        const { error } = dataType.document.safeParse(document);
        const at = `${dataType.name}.${path}: ${JSON.stringify(wrong)}`;
        assert.ok(error, at);
        assert.ok(error.issues[0]?.path.join(".").startsWith(path), at);
      }
    }
  }
});

Deno.test("what fieldsOf() calls not nullable rejects null, and null is accepted elsewhere", () => {
  for (const dataType of CATALOG) {
    const fields = fieldsOf(dataType);
    for (const { path, nullable } of fields.values()) {
      const parent = fields.get(path.slice(0, path.lastIndexOf(".")));
      const isAccepted = accepts(dataType, (document) => put(document, path, null));
      if (!parent?.nullable) assert.equal(isAccepted, nullable, `${dataType.name}.${path}`);
    }
  }
});

Deno.test("fields and enum values Oura adds later are kept as they are", () => {
  const document = exampleOf(type("daily_stress"));
  document["day_summary"] = "serene";
  document["new_field"] = { deep: [1] };
  assert.deepEqual(type("daily_stress").document.parse(document), document);

  const night = exampleOf(type("sleep"));
  put(night, "readiness.contributors.new_contributor", 80);
  put(night, "hrv.new_field", "kept");
  assert.deepEqual(type("sleep").document.parse(night), night);
});

Deno.test("documents are accepted as life sends them", async (t) => {
  const forms: [string, string, Record<string, unknown>][] = [
    ["sleep", "a night in progress", { bedtime_end: null, time_in_bed: null, hrv: null }],
    ["sleep", "a nap without readiness and type", { readiness: null, type: undefined }],
    ["sleep", "samples with gaps", {
      hrv: { interval: 300, items: [null, 41.5], timestamp: "2026-01-05T23:00:00.000-08:00" },
    }],
    ["heart_rate", "a live row", { timestamp_unix: undefined, producer_timestamp: 1.7e12 }],
    ["heart_rate", "a row of 2024", { timestamp: "2024-12-13T12:31:21+00:00" }],
    ["heart_rate", "a new source", { source: "ring_5" }],
    ["daily_cardiovascular_age", "a document without id", { id: undefined }],
    ["daily_stress", "a day without summary", { day_summary: undefined, stress_high: null }],
    ["tag", "a note without a zone and without text", {
      timestamp: "2024-08-05T20:15:01",
      text: null,
    }],
    ["enhanced_tag", "a text-only tag", { tag_type_code: null, comment: "", end_time: undefined }],
    ["rest_mode_period", "an open period", { end_day: null, end_time: null, start_time: null }],
    ["ring_configuration", "a ring never set up", { set_up_at: "1970-01-01T00:00:00+00:00" }],
    ["sleep_time", "no advice", { optimal_bedtime: null, recommendation: null }],
    ["personal_info", "a token that may read the id only", {
      age: null,
      email: undefined,
      weight: null,
    }],
  ];
  for (const [name, form, change] of forms) {
    await t.step(`${name}: ${form}`, () => {
      const document = { ...exampleOf(type(name)), ...change };
      const present = Object.entries(document).filter(([, value]) => value !== undefined);
      type(name).document.parse(Object.fromEntries(present));
    });
  }
});

Deno.test("DocumentOf types a document by the name of its data type", () => {
  const night = type("daily_sleep").document.parse(
    exampleOf(type("daily_sleep")),
  ) as DocumentOf<"daily_sleep">;
  const day: string = night.day;
  const score: number | null | undefined = night.contributors.deep_sleep;
  assert.deepEqual([day, score], ["2026-03-29", 7]);
});
