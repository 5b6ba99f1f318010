import assert from "node:assert/strict";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { addRejects, closeRejects, listRejects, readRejects } from "../../lib/db/store/rejects.ts";
import { retryRejects } from "../../pipelines/reprocess/retry_rejects.ts";
import { onServerFirst } from "../support/server_first.ts";
import {
  canonical,
  shippedPipeline,
  stored,
  syncWearer,
  withSimulator,
} from "../support/sync_world.ts";

const NOW = "2026-03-29T09:40:00Z";
const DAYS = 6;
const USERS = { users: [{ id: "one", zone: "UTC" }], days: 20, now: NOW };

/** The shipped configuration with a column of `sleep` that no document fits. */
function broken(schema: string): Pipeline {
  const pipeline = shippedPipeline(schema, DAYS);
  const misfit = {
    name: "misfit",
    path: ["bedtime_start"],
    type: "smallint" as const,
    index: false,
    description: null,
  };
  return {
    ...pipeline,
    types: pipeline.types.map((type) =>
      type.name === "sleep" ? { ...type, columns: [...type.columns, misfit] } : type
    ),
  };
}

function retry(db: Database, filter: Parameters<typeof retryRejects>[1]["filter"] = {}) {
  return retryRejects(db, {
    pipeline: shippedPipeline(db.schema, DAYS),
    filter,
    lease: { holder: crypto.randomUUID(), ttlSeconds: 1 },
    version: "test",
  });
}

async function rows(db: Database, sql: string): Promise<Record<string, unknown>[]> {
  return (await db.query(sql)).rows;
}

onServerFirst("retry loads what fits by now, samples too, as a sync would have", async (db) => {
  await withSimulator(USERS, async (oura) => {
    const types = ["sleep"];
    const failed = await syncWearer(oura, db, "one", { pipeline: broken(db.schema), types });
    assert.equal(failed.types[0]!.error?.code, "TOO_MANY_REJECTS");
    const [first, ...others] = await listRejects(db, {});
    assert.deepEqual(
      [first!.dataType, first!.path, first!.column, first!.expected, first!.runId, first!.state],
      ["sleep", "bedtime_start", "misfit", "smallint", failed.runId, "open"],
    );

    const [outcome] = await retry(db);
    assert.deepEqual(
      [outcome!.resolved, outcome!.remaining, outcome!.counts.inserted],
      [others.length + 1, 0, others.length + 1],
    );
    assert.deepEqual(await listRejects(db, {}), []);
    const samples = await rows(db, "SELECT count(*)::int AS n FROM oura.sleep_hrv");
    assert.ok(Number(samples[0]!.n) > 0);
    const figures = await rows(
      db,
      `SELECT sum(samples)::int AS n FROM oura.series_documents WHERE series = 'sleep_hrv'`,
    );
    assert.deepEqual(figures, samples, "the figures of the series follow");
    const [run] = await rows(
      db,
      "SELECT command, state, rows_inserted FROM oura.sync_runs ORDER BY id DESC LIMIT 1",
    );
    assert.deepEqual(run, {
      command: "rejects retry",
      state: "done",
      rows_inserted: outcome!.counts.inserted,
    });
    const before = await stored(db, "sleep", "one");
    const pipeline = shippedPipeline(db.schema, DAYS);
    const again = await syncWearer(oura, db, "one", { pipeline, types });
    assert.deepEqual([again.counts.inserted, again.counts.updated], [0, 0]);
    assert.deepEqual(await stored(db, "sleep", "one"), before);
  });
}, { otherSchema: true });

onServerFirst("retry leaves what still does not fit, with its present reason", async (db) => {
  await withSimulator(USERS, async (oura) => {
    oura.simulator.faults.add({
      kind: "malform",
      match: "/daily_sleep\\?",
      field: "score",
      value: "high",
    });
    const pipeline = shippedPipeline(db.schema, DAYS);
    await syncWearer(oura, db, "one", { pipeline, types: ["daily_sleep"] });
    await db.exec(`UPDATE "${db.schema}".rejects SET reason = 'of old'`);
    const count = (await listRejects(db, {})).length;
    const [outcome] = await retry(db, { dataTypes: ["daily_sleep"] });
    assert.deepEqual([outcome!.resolved, outcome!.remaining], [0, count]);
    for (const { reason } of await listRejects(db, {})) {
      assert.notEqual(reason, "of old");
      assert.ok(!reason.includes("high"), "a reason never holds the value");
    }
    const [run] = await rows(db, "SELECT state, error_code FROM oura.sync_runs ORDER BY id DESC");
    assert.deepEqual(run, { state: "partial", error_code: "REJECTS_REMAIN" });
  });
});

const ENTRY = { path: "", column: null, expected: null, reason: "made up" };

onServerFirst("of several states of a document only the last one counts", async (db) => {
  await withSimulator(USERS, async (oura) => {
    const types = ["daily_sleep"];
    await syncWearer(oura, db, "one", { pipeline: shippedPipeline(db.schema, DAYS), types });
    const document = JSON.parse([...await stored(db, "daily_sleep", "one")][0]!);
    await db.exec(`DELETE FROM "${db.schema}".daily_sleep WHERE id = '${document.id}'`);
    const target = { userId: "one", dataType: "daily_sleep", runId: null };
    const states = [document, { ...document, score: "high" }].map((state) => ({
      ...ENTRY,
      documentKey: document.id,
      document: JSON.stringify(state),
    }));
    for (const state of states) await addRejects(db, target, [state]);
    const [older] = await listRejects(db, {});
    for (const filter of [{}, { ids: [older!.id] }]) {
      const [outcome] = await retry(db, filter);
      assert.equal(outcome!.resolved, 0);
      assert.equal((await listRejects(db, {})).length, 2);
      assert.ok(!(await stored(db, "daily_sleep", "one")).has(canonical(document)));
    }
  });
});

onServerFirst("retry does not bring back what Oura no longer returns", async (db) => {
  await withSimulator(USERS, async (oura) => {
    const types = ["sleep"];
    await syncWearer(oura, db, "one", { pipeline: shippedPipeline(db.schema, DAYS), types });
    const document = JSON.parse([...await stored(db, "sleep", "one")][0]!);
    await db.exec(
      `UPDATE "${db.schema}".sleep SET deleted_at = '2026-03-20Z' WHERE id = '${document.id}'`,
    );
    const entry = { ...ENTRY, documentKey: document.id, document: JSON.stringify(document) };
    await addRejects(db, { userId: "one", dataType: "sleep", runId: null }, [entry]);
    const [outcome] = await retry(db);
    assert.equal(outcome!.resolved, 1);
    const left = await rows(
      db,
      `SELECT (SELECT count(*)::int FROM oura.sleep WHERE deleted_at IS NOT NULL) AS buried,
        (SELECT count(*)::int FROM oura.sleep_hrv s JOIN oura.sleep p
          ON p.user_id = s.user_id AND p.id = s.document_id WHERE p.deleted_at IS NOT NULL) AS samples`,
    );
    assert.deepEqual(left, [{ buried: 1, samples: 0 }]);
  });
});

onServerFirst("a discarded document is neither quarantined nor counted again", async (db) => {
  await withSimulator(USERS, async (oura) => {
    const options = { pipeline: broken(db.schema), types: ["sleep"] };
    assert.equal((await syncWearer(oura, db, "one", options)).exitCode, 4);
    const ids = (await listRejects(db, {})).map(({ id }) => id);
    assert.equal(await closeRejects(db, "one", ids, "discarded"), ids.length);
    const { exitCode, counts } = await syncWearer(oura, db, "one", options);
    assert.deepEqual([exitCode, counts.rejected], [0, 0]);
    assert.deepEqual(await listRejects(db, {}), []);
    const closed = await readRejects(db, { ids, closed: true });
    assert.ok(closed.every(({ state, document }) => state === "discarded" && document !== "null"));
  });
});

onServerFirst("retry keeps away from what another process is syncing", async (db) => {
  const entry = { ...ENTRY, documentKey: "a", document: "{}" };
  await addRejects(db, { userId: "one", dataType: "sleep", runId: null }, [entry]);
  const lease = {
    holder: "another",
    ttlSeconds: 1,
    lifeOf: () => Promise.resolve("alive" as const),
  };
  await using _other = await acquireLeases(db, "one", ["sleep"], lease);
  const [outcome] = await retry(db);
  assert.deepEqual([outcome!.left, outcome!.remaining], ["busy", 1]);
});
