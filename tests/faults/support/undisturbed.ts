/** The run to which all disturbed ones are compared. */
import assert from "node:assert/strict";
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

let made: Promise<Reference> | undefined;

/** The undisturbed run, made once for all test files of a suite. */
export function reference(): Promise<Reference> {
  return made ??= makeReference();
}

async function makeReference(): Promise<Reference> {
  await awayFromMidnight();
  const simulator = { now: new Date() };
  return { simulator, ...await undisturbed({ simulator }) };
}
