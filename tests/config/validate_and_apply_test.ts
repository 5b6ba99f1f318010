/** What the validator takes, the database takes. */
import assert from "node:assert/strict";
import { parsePipeline } from "../../config/pipeline.ts";
import { apply } from "../../pipelines/schema/apply/apply.ts";
import { plan } from "../../pipelines/schema/plan/plan.ts";
import { withPostgres } from "../support/server_database.ts";

/** A word with what YAML, SQL, JSON and the program might stumble over. */
const ODD_WORDS = [
  "a\0b",
  '"a\\u0000b"',
  '"half\\ud800"',
  "half\ud800",
  "#key",
  "#x",
  "user_id",
  "raw_data",
  "ctid",
  "timestamp",
  "with.dot",
  '"with.dot"',
  "it's",
  '"say \\"so\\""',
  "$$",
  "--",
  "/*",
  "oura.sleep",
  "x".repeat(64),
  "p.".repeat(600) + "p",
  "温度",
  "deleted_at",
  "sync_runs_pkey",
  "daily_sleep_pkey",
  "rejects_id_seq",
  "rejects_open_document_idx",
  "webhook_events_dedupe_key_key",
  "sync_runs",
  "v_sleep",
  "sleep",
  "pg_class",
];

type Declared = Record<string, Record<string, unknown>>;

const meal = (more: Record<string, unknown>) => ({
  endpoint: "/v2/usercollection/meal",
  window: { by: "date" },
  key: ["id"],
  ...more,
});

const MANY = Array.from({ length: 41 }, (_, i) => `part${i}`);
const STEPS = "sleep_phase_5_min";

/** Every place of the grammar that takes a free word; `n` keeps names apart. */
const PLACES: Record<string, (word: string, n: number) => Declared> = {
  "a column's path": (word, n) => ({
    sleep: { columns: { [`a${n}`]: { path: word, type: "text", new_field: true } } },
  }),
  "a column's name": (word) => ({ sleep: { columns: { [word]: { path: "type", index: true } } } }),
  "a series' path": (word, n) => ({
    sleep: { series: { [`s${n}`]: { path: word, new_field: true } } },
  }),
  "a series' name": (word) => ({ sleep: { series: { [word]: "hrv" } } }),
  "a series' start": (word, n) => ({
    [`meal_${n}`]: meal({
      series: { [`of_meal_${n}`]: { path: "a", shape: "list", every: "5m", start: word } },
    }),
  }),
  "a code's meaning": (word, n) => ({
    sleep: { series: { [`m${n}`]: { path: STEPS, codes: { "1": word } } } },
  }),
  "a code": (word, n) => ({
    sleep: { series: { [`c${n}`]: { path: STEPS, codes: { [word.slice(1, 2)]: "a" } } } },
  }),
  "a key": (word, n) => ({ [`keyed_${n}`]: meal({ key: [word] }) }),
  "a part of a time key": (word, n) => ({ [`timed_${n}`]: meal({ key: ["timestamp", word] }) }),
  "a data type": (word) => ({ [word]: meal({ view: true }) }),
  "a day": (word, n) => ({
    [`dated_${n}`]: meal({ columns: { day: { path: word, type: "date" } } }),
  }),
  "so many parts of a key": (_, n) => ({ [`long_${n}`]: meal({ key: MANY.slice(0, n + 20) }) }),
  "so many parts of a time key": (_, n) => ({
    [`long_timed_${n}`]: meal({ key: ["timestamp", ...MANY.slice(0, n + 20)] }),
  }),
};

/** JSON is YAML, with every character written out. */
function parse(types: Declared) {
  return parsePipeline(JSON.stringify({ version: 1, data_types: types }), "oura.yaml");
}

/** The declarations of a place that the validator takes, as one configuration. */
function validOf(declare: (word: string, n: number) => Declared): Declared[] {
  return ODD_WORDS.map(declare).filter((types) => parse(types).pipeline !== undefined);
}

function merged(all: readonly Declared[]): Declared {
  const types: Record<string, { columns: object; series: object } & Record<string, unknown>> = {
    // What the place before has made of it is dropped again.
    sleep: { columns: {}, series: {} },
  };
  for (const [name, type] of all.flatMap(Object.entries)) {
    const { columns, series } = types[name] ?? { columns: {}, series: {} };
    types[name] = {
      ...type,
      columns: { ...columns, ...type.columns as object },
      series: { ...series, ...type.series as object },
    };
  }
  return types;
}

Deno.test("what validate takes, apply takes", async (t) => {
  await withPostgres("oura", async (db) => {
    for (const [place, declare] of Object.entries(PLACES)) {
      await t.step(place, async () => {
        const valid = validOf(declare);
        assert.ok(valid.length > 0, "nothing is valid");
        const { pipeline, problems } = parse(merged(valid));
        assert.deepEqual(problems, undefined);
        await apply(db, pipeline!, { allowDestructive: true });
        assert.deepEqual((await plan(db, pipeline!)).map(({ kind, name }) => [kind, name]), []);
      });
    }
  }, { migrated: true });
});
