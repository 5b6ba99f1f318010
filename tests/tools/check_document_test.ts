import assert from "node:assert/strict";
import { CATALOG, DATA_TYPES } from "../../lib/oura/catalog/index.ts";
import { checkDocument } from "../../tools/contract/check_document.ts";
import { syntheticExport } from "./synthetic_export.ts";

Deno.test("checkDocument() names what is wrong with a document by the export", () => {
  const spec = syntheticExport(CATALOG);
  const right = {
    id: "w-1",
    day: "2026-03-29",
    activity: "running",
    intensity: "easy",
    source: "manual",
    start_datetime: "2026-03-29T07:00:00.000+02:00",
    end_datetime: "2026-03-29T08:00:00+02:00",
    calories: null,
  };
  const check = (change: Record<string, unknown>) =>
    checkDocument(spec, DATA_TYPES.workout, { ...right, ...change });
  assert.deepEqual(check({}), []);
  assert.deepEqual(check({ calories: "many" }), ["calories: a text is no number"]);
  assert.deepEqual(check({ day: null }), ["day: null is not allowed"]);
  assert.deepEqual(check({ day: "2026-02-30" }), ["day: a text is no date"]);
  assert.deepEqual(check({ source: "guessed" }).length, 1);
  assert.deepEqual(check({ steps: 3 }), ["steps: not in the export"]);
  assert.deepEqual(check({ end_datetime: "2026-03-29T08:00:00" }), [
    "end_datetime: a text is no zoned datetime",
  ]);
  const { activity: _, ...without } = right;
  assert.deepEqual(checkDocument(spec, DATA_TYPES.workout, without), ["activity: missing"]);
  assert.deepEqual(checkDocument(spec, DATA_TYPES.workout, []), [
    "the document: an array is no object",
  ]);
});

Deno.test("checkDocument() descends into objects and lists, by the letter of the export", () => {
  const spec = syntheticExport(CATALOG);
  const period = {
    id: "r-1",
    start_day: "2026-01-01",
    episodes: [{ timestamp: "2026-01-01T09:00:00+01:00", tags: ["flu", 1] }, { tags: [] }],
  };
  assert.deepEqual(checkDocument(spec, DATA_TYPES.rest_mode_period, period), [
    "episodes[0].tags[1]: a whole number is no text",
    "episodes[1].timestamp: missing",
  ]);
  const live = {
    timestamp: "2026-07-30T04:03:19.000Z",
    bpm: 61,
    source: "live",
    producer_timestamp: 1785384199000,
  };
  assert.deepEqual(checkDocument(spec, DATA_TYPES.heart_rate, live), [
    "timestamp_unix: missing",
    "producer_timestamp: not in the export",
  ]);
});
