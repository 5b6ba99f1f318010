import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isServed, type Pipeline, type PipelineType } from "../../config/model.ts";
import { loadPipeline, parsePipeline } from "../../config/pipeline.ts";
import { ConfigError } from "../../config/yaml/problem.ts";
import { EXIT, UsageError } from "../../lib/errors.ts";
import { COLUMN_TYPES } from "../../lib/values/column_type.ts";
import { EXPORT_CATALOG } from "../../lib/oura/catalog/export_types.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { fieldsOf } from "../../lib/oura/catalog/paths.ts";
import { fittingTypes } from "../../config/catalog_fields.ts";

const SHIPPED = new URL("../../config/oura.yaml", import.meta.url).pathname;
const sanitizers = { sanitizeOps: true, sanitizeResources: true } as const;

function parsed(text: string): Pipeline {
  const { pipeline, problems } = parsePipeline(text, "oura.yaml");
  assert.deepEqual(problems ?? [], []);
  assert.ok(pipeline);
  return pipeline;
}

function typeOf(pipeline: Pipeline, name: string): PipelineType {
  const type = pipeline.types.find((each) => each.name === name);
  assert.ok(type, name);
  return type;
}

Deno.test(
  "the shipped oura.yaml loads with all data types of the catalog",
  sanitizers,
  async () => {
    const pipeline = await loadPipeline(SHIPPED);
    assert.deepEqual(
      pipeline.types.map((type) => type.name).sort(),
      [...CATALOG, ...EXPORT_CATALOG.filter(({ sensitive }) => !sensitive)]
        .map((type) => type.name).sort(),
    );
    assert.equal(pipeline.types.filter(isServed).length, 19);
    for (const type of pipeline.types) {
      assert.ok(
        type.columns.length > 0,
        `${type.name} has columns`,
      );
    }
    const bytes = await Deno.readFile(SHIPPED);
    assert.equal(pipeline.checksum, createHash("sha256").update(bytes).digest("hex"));
  },
);

Deno.test("the shipped oura.yaml reads every type again until long after a day", async () => {
  const { types } = await loadPipeline(SHIPPED);
  for (const { name, window } of types) {
    assert.ok(window.lateDays >= 60, `${name}: a period or tag is found under its first day alone`);
  }
});

Deno.test("the shipped oura.yaml makes the series of sleep and activity", sanitizers, async () => {
  const pipeline = await loadPipeline(SHIPPED);
  const series = pipeline.types.flatMap((type) => type.series.map((each) => each.name));
  assert.deepEqual(series.sort(), [
    "activity_met",
    "sleep_heart_rate",
    "sleep_hrv",
    "sleep_stages",
  ]);
});

Deno.test("parsePipeline() takes every form of the documented grammar", () => {
  const pipeline = parsed(`# yaml-language-server: $schema=./oura.schema.json
version: 1
destination:
  schema: health
defaults:
  window: { initial: 90d, lookback: 7d }
  keep_raw: true
  history: true
contract:
  new_fields: warn
  bad_rows: quarantine
  max_rejects: 1%
data_types:
  daily_sleep:
    columns:
      score: score
      deep_sleep_score: contributors.deep_sleep
  sleep:
    columns:
      bedtime_start: bedtime_start
      hrv_ms: { path: average_hrv, type: smallint, index: true }
    series:
      sleep_hrv: hrv
      sleep_stages: { path: sleep_phase_5_min, every: 5m, start: bedtime_start, codes: { "1": deep, "2": light, "3": rem, "4": awake } }
  heart_rate:
    window: { initial: 90d, lookback: 3d, chunk: 30d }
    columns: { bpm: bpm, source: source }
  ring_configuration: {}
  meal:
    endpoint: /v2/usercollection/meal
    window: { by: date }
    key: [id]
    columns: { kind: { path: type, type: text } }
`);
  assert.equal(pipeline.schema, "health");
  assert.deepEqual(pipeline.types.map(({ name, known }) => [name, known]), [
    ["daily_sleep", true],
    ["sleep", true],
    ["heart_rate", true],
    ["ring_configuration", true],
    ["meal", false],
  ]);
});

Deno.test("parsePipeline() fills in the defaults", () => {
  const pipeline = parsed("version: 1\ndata_types:\n  daily_sleep:\n  heart_rate: {}\n");
  assert.equal(pipeline.schema, "oura");
  assert.deepEqual(pipeline.contract, {
    newFields: "warn",
    badRows: "quarantine",
    maxRejects: 0.01,
  });
  const daily = typeOf(pipeline, "daily_sleep");
  assert.deepEqual(daily.window, {
    by: "date",
    initialDays: 90,
    lookbackDays: 7,
    lateDays: 60,
    chunkDays: 730,
  });
  assert.equal(daily.keepRaw, true);
  assert.equal(daily.history, true);
  assert.deepEqual([daily.columns, daily.series, daily.view], [[], [], false]);
  assert.equal(typeOf(pipeline, "heart_rate").window.chunkDays, 30);
});

Deno.test("parsePipeline() lets a data type differ from the defaults", () => {
  const pipeline = parsed(`
version: 1
defaults: { window: { initial: 2w, lookback: 3d, late: 3w }, keep_raw: true, history: true }
contract: { new_fields: fail, bad_rows: fail, max_rejects: 0.5% }
data_types:
  sleep: { window: { initial: 1y, late: 30d }, keep_raw: false, view: true }
  workout: { window: { lookback: 0d, chunk: 30d } }
`);
  assert.deepEqual(pipeline.contract, { newFields: "fail", badRows: "fail", maxRejects: 0.005 });
  const sleep = typeOf(pipeline, "sleep");
  assert.equal(sleep.window.initialDays, 365);
  assert.equal(sleep.window.lookbackDays, 3);
  assert.equal(sleep.window.lateDays, 30);
  assert.equal(sleep.history, false, "there is no history without raw documents");
  assert.equal(sleep.view, true);
  assert.deepEqual(typeOf(pipeline, "workout").window, {
    by: "date",
    initialDays: 14,
    lookbackDays: 0,
    lateDays: 21,
    chunkDays: 30,
  });
});

Deno.test("parsePipeline() takes a column's type from the catalog or the long form", () => {
  const { columns } = typeOf(
    parsed(`
version: 1
data_types:
  sleep:
    columns:
      bedtime_start: bedtime_start
      hrv_ms: { path: average_hrv, type: smallint, index: true }
      balance: readiness.contributors.sleep_balance
      time_awake: { path: awake_time, type: interval }
`),
    "sleep",
  );
  assert.deepEqual(columns.map(({ description: _, ...column }) => column), [
    { name: "bedtime_start", path: ["bedtime_start"], type: "timestamptz", index: false },
    { name: "hrv_ms", path: ["average_hrv"], type: "smallint", index: true },
    {
      name: "balance",
      path: ["readiness", "contributors", "sleep_balance"],
      type: "integer",
      index: false,
    },
    { name: "time_awake", path: ["awake_time"], type: "interval", index: false },
  ]);
  assert.ok(columns.every((column) => column.description));
});

Deno.test("parsePipeline() does not repeat built-in columns that are named as they are", () => {
  const pipeline = parsed(`
version: 1
data_types:
  daily_sleep: { columns: { id: id, day: day, score: score } }
  enhanced_tag: { columns: { day: { path: start_day, type: date } } }
  heart_rate: { columns: { timestamp: timestamp, source: source, bpm: bpm } }
`);
  const names = pipeline.types.map((type) => type.columns.map((column) => column.name));
  assert.deepEqual(names, [["score"], [], ["bpm"]]);
});

Deno.test("parsePipeline() takes a field the catalog does not know when told so", () => {
  const { columns, series } = typeOf(
    parsed(`
version: 1
data_types:
  daily_sleep:
    columns: { x: { path: contributors.brand_new, type: integer, new_field: true } }
    series: { new_samples: { path: brand_new, new_field: true } }
`),
    "daily_sleep",
  );
  assert.deepEqual(columns, [{
    name: "x",
    path: ["contributors", "brand_new"],
    type: "integer",
    index: false,
    description: null,
  }]);
  assert.equal(series[0]?.shape, "samples");
});

Deno.test("parsePipeline() takes step, start and codes of a series from the catalog", () => {
  const pipeline = parsed(`
version: 1
data_types:
  sleep:
    series:
      stages: sleep_phase_5_min
      movement: { path: movement_30_sec, codes: {} }
      stages_own: { path: sleep_phase_30_sec, every: 1m, start: bedtime_end, codes: { 1: deep } }
      hrv_values: { path: hrv.items, every: 5m, start: hrv.timestamp }
  daily_activity: { series: { classes: class_5_min, met_minutes: met } }
`);
  const [stages, movement, own, values] = typeOf(pipeline, "sleep").series;
  assert.deepEqual(stages, {
    name: "stages",
    path: ["sleep_phase_5_min"],
    shape: "string",
    everySeconds: 300,
    start: ["bedtime_start"],
    codes: { "1": "deep", "2": "light", "3": "rem", "4": "awake" },
  });
  assert.equal(movement?.everySeconds, 30);
  assert.equal(movement?.codes, null);
  assert.deepEqual([own?.everySeconds, own?.start, { ...own?.codes }], [60, ["bedtime_end"], {
    "1": "deep",
  }]);
  assert.deepEqual([values?.shape, values?.start], ["list", ["hrv", "timestamp"]]);
  const [classes, met] = typeOf(pipeline, "daily_activity").series;
  assert.deepEqual([classes?.everySeconds, classes?.start], [300, ["timestamp"]]);
  assert.deepEqual([met?.shape, met?.everySeconds, met?.start], ["samples", null, null]);
});

Deno.test("parsePipeline() takes an endpoint the catalog does not know", () => {
  const meal = typeOf(
    parsed(`
version: 1
data_types:
  meal:
    endpoint: /v2/usercollection/meal
    window: { by: date }
    key: [id]
    columns:
      day: { path: day, type: date }
      kind: { path: type, type: text }
    series:
      meal_glucose: glucose
      meal_phases: { path: phases, every: 5m, start: eaten_at, codes: { a: b } }
`),
    "meal",
  );
  assert.equal(meal.known, false);
  assert.equal(meal.endpoint, "/v2/usercollection/meal");
  assert.deepEqual(meal.key, ["id"]);
  assert.equal(meal.day, "day");
  assert.deepEqual(meal.columns.map((column) => column.name), ["kind"]);
  assert.deepEqual(meal.series.map((each) => each.shape), ["samples", "string"]);
});

Deno.test("parsePipeline() resolves anchors, aliases and merge keys, own keys winning", () => {
  const pipeline = parsed(`
x-shared:
  short: &short { initial: 30d, lookback: 3d }
version: 1
data_types:
  daily_sleep: &daily
    window: *short
    columns: &scores { score: score }
  daily_readiness:
    <<: *daily
    columns:
      <<: *scores
      temperature: temperature_deviation
`);
  const readiness = typeOf(pipeline, "daily_readiness");
  assert.equal(readiness.window.initialDays, 30);
  assert.deepEqual(readiness.columns.map((column) => column.name), ["score", "temperature"]);
});

Deno.test("parsePipeline() lets the first of several merged mappings win", () => {
  const { window } = typeOf(
    parsed(`
x-first: &first { initial: 30d }
x-second: &second { initial: 60d, lookback: 2d }
version: 1
data_types: { sleep: { window: { <<: [*first, *second] } } }
`),
    "sleep",
  );
  assert.deepEqual([window.initialDays, window.lookbackDays], [30, 2]);
});

Deno.test("parsePipeline() names the anchor's line for a mistake that was merged in", () => {
  const { problems } = parsePipeline(
    "x-a: &a { scor: scor }\nversion: 1\ndata_types:\n  daily_sleep: { columns: { <<: *a } }",
    "oura.yaml",
  );
  assert.deepEqual(problems?.map(({ line, column }) => [line, column]), [[1, 11]]);
});

Deno.test("fittingTypes() always offers the catalog's own type and jsonb", () => {
  for (const dataType of CATALOG) {
    for (const field of fieldsOf(dataType).values()) {
      const types = fittingTypes(field);
      assert.ok(types.includes(field.column), field.path);
      assert.ok(types.includes("jsonb"), field.path);
      assert.ok(types.every((type) => COLUMN_TYPES.includes(type)));
    }
  }
});

Deno.test("loadPipeline() throws one ConfigError with a line per mistake", sanitizers, async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, "version: 1\ndata_types:\n  slep: {}\n  workot: {}\n");
    await assert.rejects(loadPipeline(file), (error) => {
      assert.ok(error instanceof ConfigError && error instanceof UsageError);
      assert.equal(error.code, "CONFIG_INVALID");
      assert.equal(error.exitCode, EXIT.usage);
      assert.deepEqual(error.message.split("\n"), [
        `${file}:3:3 data_types.slep: unknown data type "slep"; did you mean "sleep"?`,
        `${file}:4:3 data_types.workot: unknown data type "workot"; did you mean "workout"?`,
      ]);
      return true;
    });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test(
  "loadPipeline() checksums the bytes of the file, its mark included",
  sanitizers,
  async () => {
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    try {
      const text = "\uFEFFversion: 1\r\ndata_types: { sleep: {} }\r\n";
      await Deno.writeTextFile(file, text);
      const { checksum } = await loadPipeline(file);
      assert.equal(checksum, createHash("sha256").update(await Deno.readFile(file)).digest("hex"));
    } finally {
      await Deno.remove(file);
    }
  },
);

Deno.test("loadPipeline() says which file is missing or no text", sanitizers, async () => {
  await assert.rejects(loadPipeline("nowhere/oura.yaml"), {
    code: "CONFIG_MISSING",
    message: "no configuration file at nowhere/oura.yaml",
  });
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeFile(file, new Uint8Array([0x61, 0xff, 0xfe]));
    await assert.rejects(loadPipeline(file), { message: `${file}:1:1 the file is not UTF-8 text` });
    await Deno.truncate(file, 10 * 1024 * 1024);
    await assert.rejects(loadPipeline(file), { message: /the file is larger than 256 KiB/ });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("parsePipeline() takes a chunk for all data types, as far as each can have it", () => {
  const windowsOf = (chunk: string) => {
    const { pipeline, problems } = parsePipeline(
      `version: 1
defaults: { window: { chunk: ${chunk} } }
data_types: { sleep: {}, heart_rate: {}, workout: { window: { chunk: 14d } } }`,
      "oura.yaml",
    );
    assert.equal(problems, undefined);
    return pipeline!.types.map(({ window }) => window.chunkDays);
  };
  assert.deepEqual(windowsOf("60d"), [60, 30, 14]);
  assert.deepEqual(windowsOf("7d"), [7, 7, 14]);
});

Deno.test("parsePipeline() refuses a chunk for all data types that padding would fill", () => {
  const text = "version: 1\ndefaults: { window: { chunk: 6d } }\ndata_types: { sleep: {} }";
  const { problems } = parsePipeline(text, "oura.yaml");
  assert.deepEqual(problems?.map(({ message }) => message), ["must be 7d to 100y"]);
});
