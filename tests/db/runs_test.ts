import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import {
  addCounts,
  closeDeadRuns,
  documentsIn,
  finishRun,
  noRows,
  openRuns,
  recordRunType,
  startRun,
} from "../../lib/db/store/runs.ts";
import { forEachDatabase } from "../support/databases.ts";

const STARTED = new Date("2026-05-01T08:00:00Z");
const COUNTS = { inserted: 1, updated: 2, unchanged: 3, rejected: 4, deleted: 5 };

const start = async (
  db: Database,
  more: { userId?: string; startedAt?: Date; holder?: string } = {},
) =>
  (await startRun(db, {
    userId: "w",
    command: "sync",
    startedAt: STARTED,
    version: "1.2.3",
    configChecksum: "abc",
    holder: "here pid 1",
    ...more,
  }))!;

async function only(db: Database, table: string): Promise<Record<string, unknown>> {
  const { rows } = await db.query(`SELECT * FROM oura.${table}`);
  assert.equal(rows.length, 1);
  return rows[0]!;
}

/** The fields of `row` that `expected` names. */
const pick = (row: Record<string, unknown>, expected: Record<string, unknown>) =>
  Object.fromEntries(Object.keys(expected).map((name) => [name, row[name]]));

Deno.test("addCounts() adds what is named and leaves the rest", () => {
  const sum = noRows();
  addCounts(sum, COUNTS);
  addCounts(sum, { inserted: 10 });
  assert.deepEqual(sum, { ...COUNTS, inserted: 11 });
  assert.equal(documentsIn(COUNTS), 10);
});

forEachDatabase("a run is on record from its start, and complete at its end", async (db) => {
  const id = await start(db);
  const begun = {
    id,
    user_id: "w",
    command: "sync",
    state: "running",
    version: "1.2.3",
    finished_at: null,
  };
  assert.deepEqual(pick(await only(db, "sync_runs"), begun), begun);

  await finishRun(db, { id, userId: "w" }, {
    state: "partial",
    exitCode: 4,
    requests: 12,
    bytes: 5_000_000_000,
    counts: COUNTS,
    traceIds: ["t1", "t2"],
    error: { code: "TYPES_FAILED", message: "Failed: sleep" },
  });
  const row = await only(db, "sync_runs");
  const ended = {
    state: "partial",
    started_at: STARTED,
    exit_code: 4,
    requests: 12,
    bytes: 5_000_000_000,
    rows_inserted: 1,
    rows_updated: 2,
    rows_unchanged: 3,
    rows_rejected: 4,
    rows_deleted: 5,
    config_checksum: "abc",
    error_code: "TYPES_FAILED",
    error_message: "Failed: sleep",
    trace_ids: ["t1", "t2"],
  };
  assert.deepEqual(pick(row, ended), ended);
  assert.ok(row.finished_at instanceof Date);
});

forEachDatabase("how a data type ended is recorded once, by its latest word", async (db) => {
  const runId = await start(db);
  const type = {
    runId,
    userId: "w",
    dataType: "sleep",
    startedAt: STARTED,
    counts: COUNTS,
    requests: 6,
    bytes: 700,
  };
  await recordRunType(db, {
    ...type,
    state: "failed",
    httpStatus: 403,
    error: { code: "OURA_ACCESS_DENIED", message: "403" },
  });
  const failed = { state: "failed", http_status: 403, error_code: "OURA_ACCESS_DENIED" };
  assert.deepEqual(pick(await only(db, "sync_run_types"), failed), failed);

  await recordRunType(db, { ...type, state: "done", httpStatus: null, requests: 8 });
  const done = {
    run_id: runId,
    user_id: "w",
    data_type: "sleep",
    state: "done",
    requests: 8,
    bytes: 700,
    rows_inserted: 1,
    rows_updated: 2,
    rows_unchanged: 3,
    rows_rejected: 4,
    rows_deleted: 5,
    http_status: null,
    error_code: null,
    error_message: null,
  };
  assert.deepEqual(pick(await only(db, "sync_run_types"), done), done);
});

forEachDatabase("a run that is no longer on record gets no data type", async (db) => {
  const id = await start(db);
  await db.query("DELETE FROM oura.sync_runs");
  await recordRunType(db, {
    runId: id,
    userId: "w",
    dataType: "sleep",
    state: "busy",
    startedAt: STARTED,
    counts: COUNTS,
    requests: 0,
    bytes: 0,
    httpStatus: null,
  });
  assert.equal((await db.query("SELECT 1 FROM oura.sync_run_types")).rowCount, 0);
});

forEachDatabase(
  "an open run without a lease is idle once it has had the time to take one",
  async (db) => {
    const current = await start(db);
    const old = await start(db, { holder: "old" });
    const holding = await start(db, { holder: "holding" });
    const young = await start(db, { holder: "young", startedAt: new Date() });
    await start(db, { userId: "other" });
    await db.exec(`INSERT INTO oura.sync_leases (user_id, data_type, holder, expires_at) VALUES
      ('w', 'sleep', 'holding', now() + interval '1 hour'),
      ('w', 'workout', 'old', now() - interval '1 hour')`);
    const found = await openRuns(db, "w", current);
    assert.deepEqual(found.toSorted((a, b) => a.id - b.id), [
      { id: old, holder: "old", idle: true },
      { id: holding, holder: "holding", idle: false },
      { id: young, holder: "young", idle: false },
    ]);
  },
);

forEachDatabase("closing dead runs leaves runs that ended by themselves alone", async (db) => {
  const [killed, ended] = [await start(db), await start(db)];
  await finishRun(db, { id: ended, userId: "w" }, {
    state: "done",
    exitCode: 0,
    requests: 0,
    bytes: 0,
    counts: noRows(),
    traceIds: [],
  });
  await closeDeadRuns(db, "w", [killed, ended]);
  const { rows } = await db.query(
    "SELECT id, state, error_code FROM oura.sync_runs ORDER BY id",
  );
  assert.deepEqual(rows, [
    { id: killed, state: "failed", error_code: "INTERRUPTED" },
    { id: ended, state: "done", error_code: null },
  ]);
  assert.deepEqual(await openRuns(db, "w", 0), []);
});
