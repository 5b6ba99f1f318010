/** The zone of the machine and of the server plays no part in what is stored. */
import assert from "node:assert/strict";
import { sharedCluster } from "../support/postgres.ts";
import { assertMirrors } from "../support/sync_world.ts";
import { addDays, utcDay } from "../../lib/days.ts";
import { assertSame, type Outcome, outcomeOf } from "./support/reckoning.ts";
import { WEARER, withStage } from "./support/stage.ts";
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
async function syncedIn(zone: string, home: string, night: string): Promise<Outcome> {
  let outcome: Outcome | undefined;
  const now = `${addDays(night, 1)}T15:00:00Z`;
  const simulator = { users: [{ id: WEARER, zone: home }], days: DAYS, now };
  const prepare = (database: string) => [`ALTER DATABASE ${database} SET timezone = '${zone}'`];
  await withStage({ simulator, prepare, env: { TZ: zone } }, async (stage) => {
    const from = addDays(utcDay(new Date(now)), -DAYS);
    const span = ["--start-date", from, "--end-date", addDays(night, 2)];
    const { exitCode, err } = await runSync(stage, span);
    assert.equal(exitCode, 0, err);
    await stage.look((db) => assertMirrors(db, stage.simulator.world, WEARER, DAYS));
    // The text of a row shows its instants in the session's zone, which must be the same for all.
    outcome = await stage.look(async (db) => {
      await db.query("SELECT set_config('timezone', 'UTC', false)");
      return await outcomeOf(db);
    });
  });
  return outcome!;
}

for (const [home, night] of NIGHTS) {
  Deno.test(
    `the night of ${night} in ${home} lands the same, whatever zone program and server are in`,
    { sanitizeOps: true, sanitizeResources: true },
    async () => {
      const [first, ...others] = home === NIGHTS[0][0] ? ZONES : ["UTC", "Pacific/Apia"];
      const expected = await syncedIn(first!, home, night);
      for (const zone of others) assertSame(await syncedIn(zone, home, night), expected, zone);
    },
  );
}
