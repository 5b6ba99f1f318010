/** The zone of the machine and of the server plays no part in what is stored. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { sharedCluster } from "../support/postgres.ts";
import { SOAK } from "../support/soak.ts";
import { assertMirrors } from "../support/sync_world.ts";
import { addDays, utcDay } from "../../lib/values/days.ts";
import { assertSame, type Outcome, outcomeOf } from "./support/outcome.ts";
import { type Way, waysTo, WEARER, withStage } from "./support/stage.ts";
import { runSync } from "./support/sync_program.ts";

await sharedCluster();

const ZONES = [
  "UTC",
  "Australia/Sydney",
  "Europe/London",
  "America/Toronto",
  "Pacific/Honolulu",
  "Pacific/Apia",
];
/** Nights on which the clocks of London, Sydney and Toronto change. */
const NIGHTS = [["Europe/London", "2026-03-29"], ["Australia/Sydney", "2026-04-05"], [
  "America/Toronto",
  "2026-03-08",
]] as const;
const DAYS = 3;

/** Syncs the days around a night in one zone and returns what landed. */
async function syncedIn(
  zone: string,
  { home, night, way }: { home: string; night: string; way: Way },
): Promise<Outcome> {
  let outcome: Outcome | undefined;
  const now = `${addDays(night, 1)}T15:00:00Z`;
  const simulator = { users: [{ id: WEARER, zone: home }], days: DAYS, now };
  const prepare = (database: string) => [`ALTER DATABASE ${database} SET timezone = '${zone}'`];
  await withStage({ simulator, way, prepare, env: { TZ: zone } }, async (stage) => {
    const from = addDays(utcDay(new Date(now)), -DAYS);
    const span = ["--start-date", from, "--end-date", addDays(night, 2)];
    const began = new Date();
    const { exitCode, err } = await runSync(stage, span);
    assert.equal(exitCode, 0, err);
    await stage.look((db) => assertMirrors(db, stage.simulator.world, WEARER, DAYS));
    await stage.look((db) => assertInstants(db, began));
    // The text of a row shows its instants in the session's zone, which must be the same for all.
    outcome = await stage.look(async (db) => {
      await db.query("SELECT set_config('timezone', 'UTC', false)");
      return await outcomeOf(db);
    });
  });
  return outcome!;
}

/** What the program noted of its own time lies within the run, which took less than an hour. */
async function assertInstants(db: Database, began: Date): Promise<void> {
  const { rows } = await db.query<{ what: string; instant: Date }>(
    `SELECT DISTINCT 'read' AS what, fetched_at AS instant FROM oura.sync_windows
    UNION SELECT 'started', started_at FROM oura.sync_runs
    UNION SELECT 'finished', finished_at FROM oura.sync_runs`,
  );
  assert.equal(rows.length, 3);
  for (const { what, instant } of rows) {
    assert.ok(began <= instant && instant <= new Date(), `${what} at ${instant.toISOString()}`);
  }
}

for (const [place, [home, night]] of NIGHTS.entries()) {
  // With a push the first night is met by a machine at home, and by one far away.
  const zones = place > 0 ? ["UTC", "Pacific/Apia"] : SOAK ? ZONES : ZONES.slice(1, 3);
  let expected: Outcome | undefined;
  for (const way of waysTo(place === 0 ? "PgBouncer" : "direct")) {
    Deno.test(
      `the night of ${night} in ${home} lands the same, whatever zone program and server are in [${way}]`,
      { sanitizeOps: true, sanitizeResources: true },
      async () => {
        for (const zone of zones) {
          const outcome = await syncedIn(zone, { home, night, way });
          expected ??= outcome;
          assertSame(outcome, expected, zone);
        }
      },
    );
  }
}
