import assert from "node:assert/strict";
import { replay } from "../../pipelines/reprocess/replay.ts";
import { applyYaml, nights, pipelineOf, store, values } from "../columns/support.ts";
import { onServerFirst } from "../support/server_first.ts";

const TYPES = `
daily_sleep:
  columns:
    score: score`;

onServerFirst("replay() of what did not change writes nothing", async (db) => {
  await applyYaml(db, TYPES);
  await store(db, TYPES, "daily_sleep", nights(3));
  const before = await values(db, "daily_sleep", "xmin::text || updated_at");
  const { types } = pipelineOf(db, TYPES);
  assert.deepEqual(await replay(db, { types }), [
    { dataType: "daily_sleep", updated: 0, unchanged: 3, rejected: 0, withoutDocument: 0 },
  ]);
  assert.deepEqual(await values(db, "daily_sleep", "xmin::text || updated_at"), before);
});

onServerFirst("replay() repairs columns from the stored documents, day by day", async (db) => {
  await applyYaml(db, TYPES);
  await store(db, TYPES, "daily_sleep", nights(5));
  const updatedAt = await values(db, "daily_sleep", "updated_at");
  await db.exec("UPDATE oura.daily_sleep SET score = 0");
  const { types } = pipelineOf(db, TYPES);
  const [counts] = await replay(db, { types, days: { from: "2026-01-02", to: "2026-01-04" } });
  assert.equal(counts!.updated, 3);
  assert.deepEqual(await values(db, "daily_sleep", "score"), [0, 2, 3, 4, 0]);
  assert.deepEqual(await values(db, "daily_sleep", "updated_at"), updatedAt);
}, { otherSchema: true });

onServerFirst("replay() quarantines what does not fit, and leaves the row", async (db) => {
  await applyYaml(db, TYPES);
  await store(db, TYPES, "daily_sleep", nights(2));
  await db.exec(`UPDATE oura.daily_sleep SET raw_data = jsonb_set(raw_data, '{score}', '"high"')
    WHERE id = 'night-0001'`);
  const { types } = pipelineOf(db, TYPES);
  const [counts] = await replay(db, { types });
  assert.deepEqual({ rejected: counts!.rejected, unchanged: counts!.unchanged }, {
    rejected: 1,
    unchanged: 1,
  });
  assert.deepEqual(await values(db, "daily_sleep", "score"), [1, 2]);
  assert.deepEqual(await values(db, "rejects", "document_key"), ["night-0001"]);
});

onServerFirst("replay() brings nothing back that Oura no longer returns", async (db) => {
  await applyYaml(db, TYPES);
  await store(db, TYPES, "daily_sleep", nights(2));
  await db.exec("UPDATE oura.daily_sleep SET deleted_at = now() WHERE id = 'night-0001'");
  const [counts] = await replay(db, { types: pipelineOf(db, TYPES).types });
  assert.equal(counts!.unchanged, 1);
  assert.deepEqual(await values(db, "daily_sleep", "deleted_at IS NULL"), [false, true]);
});

onServerFirst("replay() counts rows without a stored document", async (db) => {
  const types = TYPES.replace("daily_sleep:\n", "daily_sleep:\n  keep_raw: false\n");
  await applyYaml(db, types);
  await store(db, types, "daily_sleep", nights(2));
  const [counts] = await replay(db, { types: pipelineOf(db, types).types });
  assert.equal(counts!.withoutDocument, 2);
});
