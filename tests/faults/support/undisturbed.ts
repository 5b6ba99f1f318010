/** The run to which all disturbed ones are compared. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { utcDay } from "../../../lib/values/days.ts";
import { once, sharedCluster } from "../../support/postgres.ts";
import { appliedTemplate, DEFAULT_SCHEMA } from "../../support/server_database.ts";
import { assertMirrors } from "../../support/sync_world.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { awayFromMidnight, INITIAL_DAYS, type StageOptions, WEARER, withStage } from "./stage.ts";
import { runSync } from "./sync_program.ts";

/** What one undisturbed run leaves behind, and how often it asks Oura. */
export interface Undisturbed {
  outcome: Outcome;
  requests: number;
}

/** Runs one on a stage of its own, and holds it against the simulator's truth. */
export async function undisturbed(options: StageOptions): Promise<Undisturbed> {
  let outcome: Outcome | undefined;
  let requests = 0;
  await withStage(options, async (stage) => {
    const { exitCode, err } = await runSync(stage);
    assert.equal(exitCode, 0, err);
    requests = stage.simulator.stats.requests;
    outcome = await stage.look(async (db) => {
      await assertMirrors(db, stage.simulator.world, WEARER, INITIAL_DAYS - 1);
      return await outcomeOf(db);
    });
  });
  return { outcome: outcome!, requests };
}

/** The run to which a test file compares its own, and the simulator that both ask. */
export interface Reference extends Undisturbed {
  simulator: { now: Date };
}

/** The undisturbed run of this UTC day. It is made once for all test files, which share the disk. */
export async function reference(): Promise<Reference> {
  // Made before the run, because making one of them holds the lock that the run is made under.
  const { directory } = await sharedCluster();
  await appliedTemplate(DEFAULT_SCHEMA);
  await awayFromMidnight();
  const variable = `OURA_TEST_UNDISTURBED_${utcDay(new Date()).replaceAll("-", "")}`;
  const file = await once(variable, async () => {
    const simulator = { now: new Date() };
    const { outcome, requests } = await undisturbed({ simulator });
    const path = join(directory, `${variable}.json`);
    const contents = [...outcome.contents];
    const { ledger } = outcome;
    await Deno.writeTextFile(
      path,
      JSON.stringify({ now: simulator.now, contents, ledger, requests }),
    );
    return path;
  });
  const { now, contents, ledger, requests } = JSON.parse(await Deno.readTextFile(file));
  return {
    simulator: { now: new Date(now) },
    outcome: { contents: new Map(contents), ledger },
    requests,
  };
}
