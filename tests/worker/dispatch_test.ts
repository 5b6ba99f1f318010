/** The order of wearers when more of them wait than one round takes. */
import assert from "node:assert/strict";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { queueSchema } from "../../lib/db/store/jobs/job_queue.ts";
import { wearersWithDueEvents } from "../../lib/db/store/jobs/waiting_events.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { dispatch } from "../../server/worker/dispatch.ts";
import { onServerFirst } from "../support/server_first.ts";
import { until } from "./support.ts";
import type { Database } from "../../lib/db/driver/database.ts";

const NOW = new Date(Date.UTC(2026, 2, 1, 12));

/**
 * Stores a pending event of each of `count` wearers: the last by name waits longest. The first by name
 * has an older event that is not due yet, and the second one that came long ago and was tried just now.
 */
async function storeWaiting(db: Database, count: number): Promise<string[]> {
  await db.query(
    `INSERT INTO oura.webhook_events (user_id, dedupe_key, received_at, event_type, data_type,
        object_id, payload, signature_ok, state, next_attempt_at)
      SELECT 'w' || to_char(n, 'FM0000'), 'event', $2::timestamptz - n * interval '1 minute', 'create',
        'sleep', 'a', '{}', true, 'pending', 'epoch'
      FROM generate_series(1, $1::int) AS n`,
    [count, NOW],
  );
  const old = (userId: string, nextAttempt: Date) =>
    db.query(
      `INSERT INTO oura.webhook_events (user_id, dedupe_key, received_at, event_type, data_type,
          object_id, payload, signature_ok, state, next_attempt_at)
        VALUES ($1, 'old', 'epoch', 'create', 'sleep', 'b', '{}', true, 'pending', $2)`,
      [userId, nextAttempt],
    );
  await old("w0001", new Date(NOW.getTime() + 1));
  await old("w0002", NOW);
  return Array.from({ length: count }, (_, n) => `w${String(count - n).padStart(4, "0")}`);
}

onServerFirst(
  "of more wearers with due events than one round takes, the longest waiting come first",
  async (db) => {
    const waiting = await storeWaiting(db, 40);
    assert.deepEqual(await wearersWithDueEvents(db, NOW, 7), waiting.slice(0, 7));
    assert.deepEqual(await wearersWithDueEvents(db, NOW, 100), waiting);
  },
);

onServerFirst("the wearer whose due events have waited longest is served first", async (db) => {
  await db.exec(`DROP SCHEMA IF EXISTS ${quoteIdentifier(queueSchema(db.schema))} CASCADE`);
  const waiting = await storeWaiting(db, 6);
  await using queue = await openBossQueue({ db, runs: true, pollSeconds: 0.5 });
  await dispatch({ db, queue, syncEveryMs: null }, NOW);
  const served: string[] = [];
  await queue.work(
    { general: 1, events: 0 },
    (userId) => Promise.resolve(void served.push(userId)),
  );
  await until(() => served.length === waiting.length);
  assert.deepEqual(served, waiting);
});
