import assert from "node:assert/strict";
import { prune } from "../../pipelines/prune/prune.ts";
import { parsePipeline } from "../../config/pipeline.ts";
import { values } from "../columns/support.ts";
import { onServerFirst } from "../support/server_first.ts";

const RETENTION = { runsDays: 400, revisionsDays: null, eventsDays: 30 };

onServerFirst("prune removes old bookkeeping, and keeps the last run of a wearer", async (db) => {
  await db.exec(`
    INSERT INTO oura.sync_runs (user_id, command, state, started_at) VALUES
      ('a', 'old', 'done', now() - interval '500 days'),
      ('a', 'new', 'done', now()),
      ('b', 'last', 'done', now() - interval '500 days'),
      ('a', 'open', 'running', now() - interval '500 days');
    INSERT INTO oura.sync_run_types (user_id, run_id, data_type, state)
      SELECT user_id, id, 'sleep', 'done' FROM oura.sync_runs;
    INSERT INTO oura.document_revisions (user_id, data_type, document_key, document, replaced_at)
      VALUES ('a', 'sleep', 'k', '{}', now() - interval '900 days');
    INSERT INTO oura.webhook_events
        (user_id, dedupe_key, event_type, data_type, object_id, payload, signature_ok, state,
          received_at) VALUES
      ('a', '1', 'update', 'sleep', 'd', '{}', true, 'done', now() - interval '31 days'),
      ('a', '2', 'update', 'sleep', 'd', '{}', true, 'pending', now() - interval '31 days'),
      ('a', '3', 'update', 'sleep', 'd', '{}', true, 'done', now()),
      ('b', '4', 'update', 'sleep', 'd', '{}', true, 'aside', now() - interval '31 days'),
      ('b', '5', 'update', 'sleep', 'd', '{}', true, 'aside', now());`);
  const counts = { runs: 1, revisions: 0, events: 2 };
  assert.deepEqual(await prune(db, RETENTION, { dryRun: true }), counts);
  assert.equal((await values(db, "sync_runs", "id")).length, 4);
  assert.deepEqual(await prune(db, RETENTION), counts);
  assert.deepEqual(await values(db, "sync_runs", "command"), ["new", "last", "open"]);
  assert.equal((await values(db, "sync_run_types", "run_id", "run_id")).length, 3);
  assert.deepEqual(await values(db, "webhook_events", "dedupe_key"), ["2", "3", "5"]);
  assert.equal((await values(db, "document_revisions", "id")).length, 1);
});

Deno.test("retention is read from oura.yaml, with its defaults", () => {
  const read = (text: string) =>
    parsePipeline(`version: 1\n${text}\ndata_types: { sleep: {} }\n`, "oura.yaml");
  assert.deepEqual(read("").pipeline?.retention, RETENTION);
  assert.deepEqual(read("retention: { runs: forever, revisions: 1y }").pipeline?.retention, {
    runsDays: null,
    revisionsDays: 365,
    eventsDays: 30,
  });
  assert.match(read("retention: { runs: soon }").problems?.[0]?.message ?? "", /forever/);
});
