import assert from "node:assert/strict";
import type { Contract, Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { forEachDatabase } from "../support/databases.ts";
import { onServerFirst } from "../support/server_first.ts";
import { syncWearer, withSimulator } from "../support/sync_world.ts";
import { applyYaml, pipelineOf, values } from "./support.ts";

const BEFORE = `
daily_sleep:
  window: { initial: 10d, lookback: 1d }
  columns: { score: score }
sleep:
  window: { initial: 10d, lookback: 1d }
  series: { sleep_hrv: hrv }`;

/** Syncs against a simulator that sends a field the catalog does not know, and switches it off. */
async function syncOnce(db: Database, newFields: Contract["newFields"] = "warn") {
  const declared: Pipeline = pipelineOf(db, BEFORE);
  const pipeline = { ...declared, contract: { ...declared.contract, newFields } };
  let report: Awaited<ReturnType<typeof syncWearer>> | undefined;
  await withSimulator({
    users: [{ id: "wearer-1", zone: "+02:00" }],
    days: 20,
    now: "2026-03-29T09:40:00Z",
  }, async (oura) => {
    oura.simulator.faults.add({
      kind: "malform",
      match: "/daily_sleep\\?",
      field: "contributors.dreams",
      value: 4711,
    });
    report = await syncWearer(oura, db, "wearer-1", { pipeline });
  });
  return report!;
}

forEachDatabase(
  "a new field is reported with its YAML, which then fills the column",
  async (db) => {
    const report = await syncOnce(db);
    assert.equal(report.exitCode, 0);
    const [type] = report.types;
    const [field] = type!.newFields!;
    assert.deepEqual(
      { ...field, count: 0 },
      {
        dataType: "daily_sleep",
        path: "contributors.dreams",
        count: 0,
        shape: "a whole number",
        yaml: "contributors_dreams: { path: contributors.dreams, type: integer, new_field: true }",
      },
    );
    assert.equal(report.types[1]!.newFields, undefined);

    const after = BEFORE.replace(
      "columns: { score: score }",
      `columns:\n    score: score\n    ${field!.yaml}`,
    );
    await applyYaml(db, after);
    const dreams = await values(db, "daily_sleep", "contributors_dreams");
    assert.ok(dreams.length >= 10);
    assert.deepEqual(new Set(dreams), new Set([4711]));
  },
);

onServerFirst("new_fields: fail fails the type after its documents are in", async (db) => {
  const report = await syncOnce(db, "fail");
  assert.equal(report.exitCode, 4);
  assert.equal(report.types[0]!.error!.code, "NEW_FIELDS");
  assert.equal(report.types[1]!.state, "done");
  assert.ok((await values(db, "daily_sleep", "score")).length >= 10);
});

onServerFirst("new_fields: ignore looks for nothing", async (db) => {
  const report = await syncOnce(db, "ignore");
  assert.deepEqual(report.types.map(({ newFields }) => newFields), [undefined, undefined]);
});

forEachDatabase("sync loads samples with their documents", async (db) => {
  await syncOnce(db);
  const [counted] = await values(
    db,
    "sleep",
    `sum((SELECT count(*) FROM jsonb_array_elements(raw_data->'hrv'->'items') i
      WHERE i <> 'null'))::int`,
    "1",
  );
  const [stored] = await values(db, "sleep_hrv", "count(*)", "1");
  assert.ok(Number(stored) > 100);
  assert.equal(stored, counted);
});

forEachDatabase("sync adds what is missing, and leaves alone what needs leave", async (db) => {
  await syncOnce(db);
  const after = `
daily_sleep:
  columns:
    deep_sleep_score: contributors.deep_sleep
    score: { path: score, type: text }`;
  const { pipeline, applied, pending } = await applyAdditive(db, pipelineOf(db, after));
  assert.deepEqual(applied.map(({ kind }) => kind), ["add_column"]);
  assert.deepEqual(pending.map(({ kind }) => kind), ["change_type"]);
  assert.deepEqual(
    pipeline.types[0]!.columns.map(({ name, type }) => `${name} ${type}`),
    ["deep_sleep_score integer", "score integer"],
    "until then the column is loaded as it is",
  );
});

onServerFirst("a configuration that asks for nothing new costs one query", async (db) => {
  const pipeline = pipelineOf(db, BEFORE);
  await applyAdditive(db, pipeline);
  let queries = 0;
  const counted: Database = Object.create(db, {
    query: {
      value: (sql: string, params?: readonly unknown[]) => {
        queries++;
        return db.query(sql, params);
      },
    },
    transaction: { value: () => assert.fail("no transaction") },
  });
  await applyAdditive(counted, pipeline);
  assert.equal(queries, 1);
});
