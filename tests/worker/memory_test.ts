/** A worker that runs for months: its memory does not grow with the jobs that it has done. */
import assert from "node:assert/strict";
import { storeEvents } from "../../lib/db/store/jobs/events.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { truth } from "../../simulator/mod.ts";
import { SOAK } from "../support/soak.ts";
import { stop, withFleet } from "./fleet.ts";
import { until } from "./support.ts";
import type { ProgramMemory } from "./worker_program.ts";

/** One after the other of each wearer, and side by side otherwise. */
const WEARERS = Array.from({ length: 20 }, (_, n) => ({ id: `wearer-${n}`, zone: "UTC" }));
const ROUNDS = SOAK ? 500 : 15;
/** What the first jobs make is made once: code, statements, connections. */
const WARM = SOAK ? 50 : 5;
const MOST_GROWTH = 4 * 1024 * 1024;
const OPTIONS = {
  days: 2,
  syncEveryMs: null,
  general: 6,
  budget: { requests: 1_000_000, perMs: 300_000 },
};

Deno.test(`the heap of a worker is flat over ${ROUNDS * WEARERS.length} jobs`, () =>
  withFleet({ users: WEARERS, days: 2, rateLimit: 0 }, async ({ db, oura, start }) => {
    const worker = await start(OPTIONS, { flags: ["--v8-flags=--expose-gc"] });
    await using queue = await openBossQueue({ db, runs: false });
    const documents = WEARERS.map(({ id: userId }) => {
      const span = { user: userId, from: "2000-01-01", to: "2100-01-01" };
      const [day] = truth(oura.world, { ...span, type: "daily_sleep" });
      return { userId, dataType: "daily_sleep", objectId: day!.key };
    });
    const memory = async (): Promise<ProgramMemory> => {
      await worker.tell("memory");
      return JSON.parse(await worker.line());
    };
    let warm = { resident: 0, heap: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const eventTime = new Date(Date.UTC(2026, 0, 1) + round * 1_000).toISOString();
      const rest = { eventType: "update", eventTime, payload: {}, isKnown: true };
      for (const document of documents) {
        await db.transaction(async (tx) => {
          await storeEvents(tx, [{ ...document, ...rest }], new Date());
          await queue.ask(tx, [document.userId], "events");
        });
      }
      await until(async () => {
        const { rowCount } = await db.query(
          "SELECT 1 FROM oura.webhook_events WHERE state = 'pending'",
        );
        return rowCount === 0;
      });
      if (round === WARM) warm = await memory();
    }
    const last = await memory();
    assert.deepEqual(await stop([worker]), [0]);
    const { rows } = await db.query("SELECT count(*)::int AS runs FROM oura.sync_runs");
    assert.ok(Number(rows[0]!.runs) >= ROUNDS * WEARERS.length);
    const grown = last.heap - warm.heap;
    const text = `${JSON.stringify(warm)}, then ${JSON.stringify(last)}`;
    assert.ok(grown < MOST_GROWTH, text);
  }));
