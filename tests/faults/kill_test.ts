/** kill -9 at random moments, and one clean sync after it. */
import assert from "node:assert/strict";
import { Random } from "../../simulator/world/random.ts";
import { SOAK } from "../support/soak.ts";
import { pause } from "./support/disturbed.ts";
import { assertHonest, assertSame, outcomeOf, runRecords } from "./support/outcome.ts";
import { type Stage, type StageOptions, type Way, WEARER, withStage } from "./support/stage.ts";
import { runSync, SyncProgram } from "./support/sync_program.ts";
import { reference } from "./support/undisturbed.ts";

/** After so many kills a new database takes its turn. */
const KILLS_PER_DATABASE = SOAK ? 10 : 2;

/** On a server; the embedded database must end up with the same. */
const { simulator, outcome, requests } = await reference();

/** Lets a sync ask Oura so many times, gives it a moment more, and kills it. */
async function killAfter(stage: Stage, requests: number, delayMs: number): Promise<boolean> {
  stage.simulator.stats.reset();
  const program = new SyncProgram(stage);
  let over = false;
  void program.ended.then(() => over = true);
  while (!over && stage.simulator.stats.requests < requests) await pause(2);
  await pause(delayMs);
  return await program.kill();
}

/** Kills syncs of one new database, at most so many, then lets one finish; returns how many were killed. */
async function killRuns(
  options: StageOptions,
  random: Random,
  most: number,
  where: string,
): Promise<number> {
  let kills = 0;
  await withStage(options, async (stage) => {
    while (kills < most) {
      if (!await killAfter(stage, random.int(0, requests), random.int(0, 100))) break;
      kills++;
    }
    await stage.look((db) => assertHonest(db, stage.simulator.world, WEARER, where));
    const clean = await runSync(stage);
    assert.equal(clean.exitCode, 0, `${where}: ${clean.err}`);
    await stage.look(async (db) => {
      assertSame(await outcomeOf(db), outcome, where);
      const records = await runRecords(db);
      assert.equal(records.filter(({ state }) => state === "running").length, 0, where);
      assert.equal(records.at(-1)!.exit_code, 0, where);
    });
  });
  return kills;
}

function registerKills(way: Way, kills: number): void {
  Deno.test(
    `${kills} syncs killed at random moments: one clean sync repairs everything [${way}]`,
    { sanitizeOps: true, sanitizeResources: true },
    async () => {
      // A new embedded database is killed in tests/db/embedded_directory_test.ts, and costs 4 s.
      const options = { way, simulator, isEmpty: SOAK || way !== "PGlite" };
      let done = 0;
      const lane = async (first: number) => {
        for (let seed = first; done < kills; seed += 2) {
          const most = Math.min(kills - done, KILLS_PER_DATABASE);
          done += await killRuns(options, new Random(seed), most, `seed ${seed}`);
        }
      };
      const lanes = kills > KILLS_PER_DATABASE ? [1, 2] : [1];
      await Promise.all(lanes.map(lane));
    },
  );
}

registerKills("direct", SOAK ? 50 : 2);
registerKills("PgBouncer", SOAK ? 10 : 1);
registerKills("PGlite", SOAK ? 10 : 1);
