import assert from "node:assert/strict";
import { NewFieldsError, watchDrift } from "../../pipelines/stages/drift.ts";
import { nights, pipelineOf } from "./support.ts";

function typeOf(yaml: string) {
  return pipelineOf({ schema: "oura" }, yaml).types[0]!;
}

Deno.test("a document as the catalog knows it holds nothing new", () => {
  const watch = watchDrift(typeOf("daily_sleep: {}"));
  const { not_in_the_catalog: _, ...night } = nights(1)[0]!;
  watch.observe(night);
  watch.observe(null);
  watch.observe("no document");
  assert.deepEqual(watch.found(), []);
});

Deno.test("new fields are counted, nested ones too, with the YAML that takes them", () => {
  const watch = watchDrift(typeOf("daily_sleep: {}"));
  for (const count of [1, 2, 3]) {
    watch.observe({
      id: "a",
      moonPhase: count,
      contributors: { deep_sleep: 1, dreams: count === 1 ? null : 0.5 },
    });
  }
  const line = (name: string, path: string, type: string) =>
    `${name}: { path: ${path}, type: ${type}, new_field: true }`;
  assert.deepEqual(watch.found(), [
    {
      dataType: "daily_sleep",
      path: "moonPhase",
      count: 3,
      shape: "a whole number",
      yaml: line("moon_phase", "moonPhase", "integer"),
    },
    {
      dataType: "daily_sleep",
      path: "contributors.dreams",
      count: 3,
      shape: "a number",
      yaml: line("contributors_dreams", "contributors.dreams", "double precision"),
    },
  ]);
});

Deno.test("the suggested YAML is accepted, and ends the report", () => {
  const document = {
    day_seen: "2026-01-01",
    at: "2026-01-01T10:00:00+02:00",
    "odd-name": true,
    word: "x",
    big: 3e9,
    thing: { a: 1 },
  };
  const watch = watchDrift(typeOf("daily_sleep: {}"));
  watch.observe(document);
  const lines = watch.found().map(({ yaml }) => `    ${yaml}`).join("\n");
  const declared = typeOf(`daily_sleep:\n  columns:\n${lines}`);
  assert.deepEqual(
    declared.columns.map(({ name, type }) => `${name} ${type}`),
    [
      "day_seen date",
      "at timestamptz",
      "odd_name boolean",
      "word text",
      "big bigint",
      "thing jsonb",
    ],
  );
  const again = watchDrift(declared);
  again.observe(document);
  assert.deepEqual(again.found(), []);
});

Deno.test("items of lists are looked into, lists of numbers are not", () => {
  const watch = watchDrift(typeOf("rest_mode_period: {}"));
  watch.observe({ id: "r", episodes: [{ tags: [], mood: "low" }, { mood: null }] });
  assert.deepEqual(
    watch.found().map(({ path, count, yaml }) => ({ path, count, yaml })),
    [{ path: "episodes[].mood", count: 2, yaml: null }],
  );
});

Deno.test("no value of a document stands in the report or the error", () => {
  const watch = watchDrift(typeOf("daily_sleep: {}"));
  watch.observe({ secret: "resting 48", contributors: { hidden: 4711 } });
  const error = new NewFieldsError("daily_sleep", watch.found());
  assert.equal(error.code, "NEW_FIELDS");
  assert.equal(error.exitCode, 4);
  assert.doesNotMatch(JSON.stringify(watch.found()) + error.message + error.hint, /48|4711/);
});

Deno.test("an endpoint that the catalog does not know has no drift", () => {
  const watch = watchDrift(typeOf(`
meal:
  endpoint: /v2/usercollection/meal
  window: { by: date }
  key: [id]`));
  watch.observe({ anything: 1 });
  assert.deepEqual(watch.found(), []);
});
