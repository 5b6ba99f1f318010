/**
 * A month of a cron job with data that is late: a phone that is away, a cloud that is behind, an
 * import. A day after data exists it is in the tables, and no option was used.
 */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { addDays, utcDay } from "../../lib/values/days.ts";
import {
  truth,
  TYPE_NAMES,
  type TypeName,
  type Withheld,
  type World,
} from "../../simulator/mod.ts";
import { withPostgres } from "../support/server_database.ts";
import { SOAK } from "../support/soak.ts";
import {
  assertMirrors,
  canonical,
  failures,
  shippedPipeline,
  stored,
  syncWearer,
  withSimulator,
} from "../support/sync_world.ts";

const USER = "one";
const DAYS = 30;
/** Days of history before the month; all of them are in the first sync. */
const HISTORY = 20;
const BEGIN = "2026-03-01";
const DAY_MS = 86_400_000;
/** Every hour and every type in a soak; else few, to be quick. */
const RUNS_A_DAY = SOAK ? 24 : 1;
/** With a push cron runs on every third day and on the days that count: a check, and the day before. */
const QUIET_DAYS = 3;
const TYPES: readonly TypeName[] = SOAK ? TYPE_NAMES : [
  "daily_sleep",
  "daily_activity",
  "workout",
  "enhanced_tag",
  "rest_mode_period",
  "ring_battery_level",
];

const day = (offset: number) => addDays(BEGIN, offset);

/** What is late, and on which days of the month the tables are held against Oura. */
interface Month {
  readonly zone: string;
  readonly withheld: readonly Withheld[];
  readonly checks: readonly number[];
}

const MONTHS: Readonly<Record<string, Month>> = {
  "a phone that is away for 1 and for 5 days, and an import of old workouts": {
    zone: "-10:00",
    withheld: [
      { from: day(2), to: day(2), until: `${day(3)}T19:00:00Z` },
      { from: day(8), to: day(12), until: `${day(13)}T05:00:00Z` },
      { types: ["workout"], from: day(-18), to: day(-8), until: `${day(15)}T15:00:00Z` },
    ],
    checks: [4, 14, 16],
  },
  "a phone that is away for 20 days": {
    zone: "+13:00",
    withheld: [{ from: day(3), to: day(22), until: `${day(23)}T11:00:00Z` }],
    checks: [24],
  },
  "a cloud whose scores are 12 days behind, and samples that miss for as long": {
    zone: "Europe/London",
    withheld: [
      {
        types: ["daily_sleep", "daily_readiness", "sleep", "daily_spo2"],
        from: day(-HISTORY),
        to: day(DAYS),
        until: { daysLater: 12 },
      },
      {
        types: ["heart_rate", "ring_battery_level"],
        from: day(4),
        to: day(6),
        until: { daysLater: 12 },
      },
    ],
    checks: [13, 17, 19],
  },
};

for (const [name, month] of Object.entries(MONTHS)) {
  Deno.test(
    `a month of cron with ${name}: a day after data exists it is in the tables`,
    { sanitizeOps: true, sanitizeResources: true },
    () => withPostgres("oura", (db) => liveThrough(db, month), { applied: true }),
  );
}

async function liveThrough(db: Database, { zone, withheld, checks }: Month): Promise<void> {
  // With a push it ends soon after the last of what is late.
  const days = SOAK ? DAYS : Math.max(...checks) + 1;
  const users = [{ id: USER, zone, withheld }];
  await withSimulator({ users, days: HISTORY, now: `${BEGIN}T00:10:00Z` }, async (oura) => {
    const pipeline = shippedPipeline(db.schema, HISTORY);
    for (let run = 0; run <= days * RUNS_A_DAY; run++) {
      const day = run / RUNS_A_DAY;
      if (SOAK || runsOn(day, checks)) {
        const report = await syncWearer(oura, db, USER, { pipeline, types: TYPES });
        assert.deepEqual(failures(report), []);
      }
      if (checks.includes(day)) await assertNoOlderThanADay(db, oura.world);
      if (run === days * RUNS_A_DAY) break;
      oura.world.advance(`PT${24 / RUNS_A_DAY}H`);
      // The limit is kept by the real clock, to which the hours of this world are nothing.
      oura.simulator.rateLimit.reset();
    }
    await assertMirrors(db, oura.world, USER, days + HISTORY - 1, TYPES);
    await assertNoOlderThanADay(db, oura.world);
  });
}

/** Whether cron runs on a day with a push; it does on the first day and after the last of what is late. */
function runsOn(day: number, checks: readonly number[]): boolean {
  return day % QUIET_DAYS === 0 || day > Math.max(...checks) ||
    checks.some((check) => day === check || day === check - 1);
}

/** What Oura held a day ago and still holds is in the tables, as it is now. */
async function assertNoOlderThanADay(db: Database, world: World): Promise<void> {
  const today = utcDay(new Date(world.now));
  const from = addDays(today, -HISTORY);
  for (const type of TYPES) {
    const query = { user: USER, type, from, to: addDays(today, 1) };
    const held = (at: number) =>
      new Set([...truth(world, { ...query, at })].map(({ body }) => canonical(body)));
    const have = await stored(db, type, USER);
    const missing = [...held(world.now - DAY_MS).intersection(held(world.now)).difference(have)];
    assert.deepEqual([type, missing.length, missing[0]], [type, 0, undefined]);
  }
}
