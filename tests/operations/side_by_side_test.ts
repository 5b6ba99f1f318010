/** `sync --all-users` of many wearers: side by side, in order, and none in the way of another. */
import assert from "node:assert/strict";
import { worst } from "../../commands/sync/sync_command.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import { poolSizeFor } from "../../pipelines/sync/pool_size.ts";
import type { SyncReport } from "../../pipelines/sync/outcome.ts";
import { sideBySide } from "../../lib/process/side_by_side.ts";
import { syncHere, withSettings } from "../budget/support.ts";
import { forEachDatabase } from "../support/databases.ts";
import { withPostgres } from "../support/server_database.ts";
import { withSimulator } from "../support/sync_world.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };
/** A few data types: what is tested is who syncs when, and with how many connections. */
const ALL = {
  wearers: { allUsers: true },
  types: ["daily_sleep", "sleep", "workout", "heart_rate"],
};
const wearers = (count: number) =>
  Array.from(
    { length: count },
    (_, n) => ({ id: `wearer-${String(n).padStart(2, "0")}`, zone: "UTC" }),
  );

/** Runs `body` with the pool of a sync, and a second one to look from. */
function withPool(body: (db: Database, look: Database) => Promise<void>): Promise<void> {
  return withPostgres("oura", async (look, url) => {
    const counted = `${url}&application_name=counted`;
    const poolSize = poolSizeFor("auto");
    const db = await openPostgres({ kind: "url", url: counted }, { schema: "oura", poolSize });
    try {
      await body(db, look);
    } finally {
      await db.close();
    }
  }, { applied: true });
}

const ends = (reports: readonly SyncReport[]) =>
  reports.map(({ userId, exitCode }) => [userId, exitCode]);

Deno.test("sideBySide() begins in order, keeps the order, and never does more at once", async () => {
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    most = Math.max(most, ++running);
    for (let turn = 0; turn < 10 - item; turn++) await Promise.resolve();
    running--;
    return item * 2;
  };
  const { results, thrown } = await sideBySide([1, 2, 3, 4, 5, 6, 7], 3, work, () => false);
  assert.deepEqual(results, [2, 4, 6, 8, 10, 12, 14]);
  assert.deepEqual([begun, most, thrown], [[1, 2, 3, 4, 5, 6, 7], 3, []]);
});

Deno.test("sideBySide() begins nothing after an end or a throw, and lets the others end", async () => {
  const bug = new TypeError("a bug");
  const work = async (item: number) => {
    if (item === 1) throw bug;
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    return item;
  };
  const thrown = await sideBySide([1, 2, 3, 4], 2, work, () => false);
  assert.deepEqual(thrown, { results: [undefined, 2, undefined, undefined], thrown: [bug] });
  const over = await sideBySide([2, 3, 4, 5], 2, work, (last) => last === 2);
  assert.deepEqual(over, { results: [2, 3, undefined, undefined], thrown: [] });
});

forEachDatabase(
  "broken wearers stand among the others, in order, with the gravest exit code",
  async (db) => {
    const users = wearers(7).map((user) =>
      user.id === "wearer-03" ? { ...user, membership: false } : user
    );
    await withSimulator({ users, days: 10 }, (oura) =>
      withSettings(oura, db, async (settings) => {
        await db.exec(
          "UPDATE oura.oauth_tokens SET state = 'needs_login' WHERE user_id = 'wearer-01'",
        );
        const reports = await syncHere(settings, db, ALL);
        const expected = users.map((
          { id },
        ) => [id, id === "wearer-01" ? 3 : id === "wearer-03" ? 4 : 0]);
        assert.deepEqual(ends(reports), expected);
        assert.equal(worst(reports), 3);
        const { rows } = await db.query<{ user_id: string }>(
          "SELECT DISTINCT user_id FROM oura.daily_sleep ORDER BY 1",
        );
        assert.equal(rows.length, 5);
      }));
  },
  { applied: true },
);

Deno.test(
  "a wearer who takes for ever keeps no other one from ending",
  STRICT,
  () =>
    withPool(async (db, look) => {
      await withSimulator({ users: wearers(8), days: 10 }, (oura) =>
        withSettings(oura, db, async (settings) => {
          // Held by a process that may be dead or alive, until it gives the lease back.
          await look.exec(
            `INSERT INTO oura.sync_leases (user_id, data_type, holder, expires_at)
            VALUES ('wearer-00', 'sleep', 'elsewhere pid 7', now() + interval '1 hour')`,
          );
          const giveBack = () =>
            void look.exec("DELETE FROM oura.sync_leases WHERE holder LIKE 'else%'");
          // So that the test ends, with the wrong order, where wearers wait for one another.
          const rescue = setTimeout(giveBack, 20_000);
          const order: string[] = [];
          const onEnd = ({ userId }: SyncReport) => {
            order.push(userId);
            if (order.length === 7) {
              giveBack();
            }
          };
          const progress = () => ({ onEvent() {}, onEnd, stop() {} });
          const reports = await syncHere(settings, db, { ...ALL, progress });
          clearTimeout(rescue);
          assert.deepEqual(ends(reports), wearers(8).map(({ id }) => [id, 0]));
          assert.equal(order.at(-1), "wearer-00");
        }));
    }),
);

Deno.test(
  "a sync of many wearers has five connections at most",
  STRICT,
  () =>
    withPool(async (db, look) => {
      await withSimulator({ users: wearers(12), days: 10 }, (oura) =>
        withSettings(oura, db, async (settings) => {
          const counts: number[] = [];
          let over = false;
          const watch = async () => {
            while (!over) {
              const { rows } = await look.query<{ n: number }>(
                `SELECT count(*)::int AS n FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'counted'`,
              );
              counts.push(rows[0]!.n);
            }
          };
          const watching = watch();
          const reports = await syncHere(settings, db, ALL);
          over = true;
          await watching;
          assert.deepEqual(ends(reports), wearers(12).map(({ id }) => [id, 0]));
          assert.equal(Math.max(...counts), 5);
        }));
    }),
);

Deno.test(
  "a stop ends the wearers under way, and begins no other",
  STRICT,
  () =>
    withPool(async (db) => {
      await withSimulator({ users: wearers(12), days: 10 }, (oura) =>
        withSettings(oura, db, async (settings) => {
          oura.simulator.faults.add({ kind: "stall" });
          const stop = new AbortController();
          const syncing = syncHere(settings, db, { ...ALL, signal: stop.signal });
          while (oura.stats.requests < 6) {
            await new Promise((resolve) =>
              setTimeout(resolve, 5)
            );
          }
          stop.abort(new InterruptedError("SIGTERM"));
          const reports = await syncing;
          assert.ok(reports.length > 0 && reports.length <= 4, `${reports.length} reports`);
          for (const { error } of reports) assert.equal(error?.code, "INTERRUPTED");
        }));
    }),
);
