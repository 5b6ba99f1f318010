import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { withPostgres } from "../support/server_database.ts";
import { onServerFirst } from "../support/server_first.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { applyYaml, pending, WEARER } from "./support.ts";
import { BARE, countFilled, storeSamples, WITH_BPM } from "./samples.ts";

const run = (db: Database, sql: string) => db.exec(sql);

/** Calls `body` once, after the first batch. */
function afterFirstBatch(body: () => Promise<void>) {
  let begun: Promise<void> | undefined;
  return { onRefill: () => void (begun ??= body()), done: () => begun };
}

onServerFirst(
  "a document that changes between reading and writing is filled from its new form",
  async (db) => {
    await applyYaml(db, BARE);
    await storeSamples(db, 300);
    let batches = 0;
    let changed = false;
    const watched: Database = Object.create(db, {
      transaction: {
        value: async (body: Parameters<Database["transaction"]>[0]) => {
          // The first batch is written, the second one is read and about to be.
          if (batches === 1 && !changed) {
            changed = true;
            await run(
              db,
              `UPDATE oura.heart_rate SET raw_data = jsonb_set(raw_data, '{bpm}', '200')
              WHERE bpm IS NULL`,
            );
          }
          return await db.transaction(body);
        },
      },
    });
    await applyYaml(watched, WITH_BPM, { batchRows: 100, onRefill: () => void batches++ });
    assert.ok(changed);
    assert.deepEqual(await countFilled(db), { filled: 300, missing: 0 });
  },
);

onServerFirst(
  "rows of a sync that does not know the column yet are filled in the end",
  async (db) => {
    await applyYaml(db, BARE);
    await storeSamples(db, 1_000, 1_000);
    const holder = "a sync that read oura.yaml before the edit";
    const lease = await acquireLeases(db, WEARER, ["heart_rate"], { holder });
    const load = afterFirstBatch(() => storeSamples(db, 1_000, 0));
    const first = await applyYaml(db, WITH_BPM, { batchRows: 100, onRefill: load.onRefill });
    await load.done();
    await storeSamples(db, 500, 2_000);
    assert.equal(first.refills.at(-1)!.done, false);
    assert.deepEqual(await pending(db, WITH_BPM), ["refill"]);

    await lease[Symbol.asyncDispose]();
    await run(
      db,
      `INSERT INTO oura.sync_runs (command, config_checksum) VALUES ('sync', 'former');
    INSERT INTO oura.sync_run_types (run_id, user_id, data_type, state, finished_at)
      SELECT id, '${WEARER}', 'heart_rate', 'done', clock_timestamp() FROM oura.sync_runs`,
    );
    await applyYaml(db, WITH_BPM);
    assert.deepEqual(await countFilled(db), { filled: 2_500, missing: 0 });
    assert.deepEqual(await pending(db, WITH_BPM), []);
  },
);

onServerFirst("a column does not change its type while a sync writes it", async (db) => {
  await applyYaml(db, WITH_BPM);
  await storeSamples(db, 100);
  await run(db, "UPDATE oura.heart_rate SET bpm = (raw_data->>'bpm')::int");
  const types = "heart_rate:\n  columns: { bpm: { path: bpm, type: text } }";
  const lease = await acquireLeases(db, WEARER, ["heart_rate"], { holder: "sync" });
  await applyYaml(db, types);
  assert.deepEqual(await countFilled(db), { filled: 100, missing: 0 }, "still a number");
  await storeSamples(db, 100, 100);
  await lease[Symbol.asyncDispose]();
  await applyYaml(db, types);
  const { rows } = await db.query(
    "SELECT count(*) AS count FROM oura.heart_rate WHERE bpm = raw_data->>'bpm'",
  );
  assert.deepEqual(rows, [{ count: 200 }]);
  assert.deepEqual(await pending(db, types), []);
});

Deno.test(
  "readers and writers of the table go on while it is refilled",
  { sanitizeOps: true, sanitizeResources: true },
  async () => {
    await withPostgres("oura", async (db) => {
      await migrate(db);
      await applyYaml(db, BARE);
      await storeSamples(db, 2_000);
      let reads = 0;
      const opened = Promise.withResolvers<void>();
      const reader = afterFirstBatch(() =>
        // One transaction reads from the first batch to the last; it would block, and be blocked by,
        // anything that locks the table.
        db.transaction(async (tx) => {
          await tx.exec("SET LOCAL lock_timeout = '1s'");
          await tx.query("SELECT count(*) FROM oura.heart_rate");
          await opened.promise;
        })
      );
      await applyYaml(db, WITH_BPM, {
        batchRows: 100,
        onRefill: () => {
          reads++;
          reader.onRefill();
        },
      });
      opened.resolve();
      await reader.done();
      assert.equal(reads, 21);
      assert.deepEqual(await countFilled(db), { filled: 2_000, missing: 0 });
    });
  },
);

Deno.test(
  "an index whose building was interrupted is built again",
  { sanitizeOps: true, sanitizeResources: true },
  async () => {
    await withPostgres("oura", async (db) => {
      await migrate(db);
      const types = "heart_rate:\n  columns: { bpm: { path: bpm, index: true } }";
      await applyYaml(db, types);
      await db.exec(`UPDATE pg_index SET indisvalid = false
        WHERE indexrelid = 'oura.heart_rate_bpm_idx'::regclass`);
      assert.deepEqual(await pending(db, types), ["add_index"]);
      await applyYaml(db, types);
      const { rows } = await db.query(`SELECT indisvalid FROM pg_index
        WHERE indexrelid = 'oura.heart_rate_bpm_idx'::regclass`);
      assert.deepEqual(rows, [{ indisvalid: true }]);
      assert.deepEqual(await pending(db, types), []);
    });
  },
);
