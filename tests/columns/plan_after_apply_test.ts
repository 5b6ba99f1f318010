import assert from "node:assert/strict";
import fc from "fast-check";
import type { Column, Pipeline, PipelineType, Series } from "../../config/model.ts";
import { isDataTypeName } from "../../lib/oura/catalog/index.ts";
import { apply } from "../../pipelines/schema/apply/apply.ts";
import { livePipeline } from "../../pipelines/schema/live_pipeline.ts";
import { plan } from "../../pipelines/schema/plan/plan.ts";
import { readState } from "../../pipelines/schema/database_schema.ts";
import { onServerFirst } from "../support/server_first.ts";
import { nights, pipelineOf, store } from "./support.ts";

const NAMES = ["a", "b", "c", `long_${"x".repeat(58)}`];
const PATHS = ["score", "contributors.deep_sleep", "contributors.latency", "not_there.at_all"];
const TYPES = ["integer", "bigint", "text", "double precision", "boolean", "date"] as const;

const column = fc.record({
  path: fc.constantFrom(...PATHS).map((path) => path.split(".")),
  type: fc.constantFrom(...TYPES),
  index: fc.boolean(),
  description: fc.constantFrom(null, 'It\'s a \\ "comment"'),
});

const columns = fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), column), {
  selector: ([name]) => name,
}).map((all): Column[] => all.map(([name, rest]) => ({ name, ...rest })));

const series = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("steps_1", "steps_2"),
    shape: fc.constantFrom("list" as const, "string" as const),
    path: fc.constantFrom(["items"], ["other", "items"]),
    everySeconds: fc.constantFrom(60, 300),
    start: fc.constant(["timestamp"]),
    codes: fc.constantFrom(null, { "1": "one", "2": "two" }),
  }),
  { selector: ({ name }) => name },
) satisfies fc.Arbitrary<Series[]>;

/** Any edit of the data type's section. */
const edit = fc.record({
  columns,
  series,
  view: fc.boolean(),
  keepRaw: fc.boolean(),
  destructive: fc.boolean(),
});

onServerFirst("plan() right after apply() is empty, whatever was edited", async (db) => {
  const [base, meal] = pipelineOf(
    db,
    `
daily_sleep: {}
meal:
  endpoint: /v2/usercollection/meal
  window: { by: date }
  key: [id]`,
  ).types;
  const pipelineFor = (edited: Partial<PipelineType>): Pipeline => ({
    ...pipelineOf(db, "daily_sleep: {}"),
    types: [{ ...base!, ...edited }, { ...meal!, columns: edited.columns ?? [] }],
  });
  await apply(db, pipelineFor({}));
  await store(db, "daily_sleep: {}", "daily_sleep", nights(3));
  assert.ok(isDataTypeName(base!.name));

  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      for (const { destructive, ...edited } of edits) {
        const pipeline = pipelineFor(edited);
        const report = await apply(db, pipeline, { allowDestructive: destructive });
        const left = await plan(db, pipeline);
        assert.deepEqual(
          left.filter((step) => destructive || !step.destructive).map((step) => step.description),
          [],
        );
        assert.equal(report.pending.length, left.length);
        // What is declared but waits for leave can be synced as it is.
        const live = livePipeline(pipeline, await readState(db));
        const waiting = new Set(left.map(({ name }) => name));
        for (const type of live.types) {
          const declared = pipeline.types.find(({ name }) => name === type.name)!;
          assert.deepEqual(
            type.columns.filter(({ name }) => !waiting.has(name)),
            declared.columns.filter(({ name }) => !waiting.has(name)),
          );
        }
      }
      const last = pipelineFor(edits.at(-1)!);
      await apply(db, last, { allowDestructive: true });
      assert.deepEqual(await plan(db, last), []);
    }),
    { numRuns: db.kind === "postgres" ? 15 : 8, seed: 20260329 },
  );
});
