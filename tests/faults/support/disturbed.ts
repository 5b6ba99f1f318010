/** A sync with something happening to its database in the middle. */
import type { Stage } from "./stage.ts";
import { type Ended, SyncProgram } from "./sync_program.ts";

/**
 * Runs a sync that is slow enough for `disturb`, which is called each time Oura was asked.
 * @param program @default One of the stage
 */
export async function disturbed(
  stage: Stage,
  disturb: (requests: number) => Promise<void> | void,
  program = new SyncProgram(stage),
): Promise<Ended> {
  stage.simulator.simulator.faults.add({ kind: "latency", delayMs: 40 });
  let over = false;
  void program.ended.then(() => over = true);
  for (let seen = 0; !over;) {
    const { requests } = stage.simulator.stats;
    if (requests > seen) await disturb(seen = requests);
    else await pause(2);
  }
  stage.simulator.simulator.faults.clear();
  return await program.ended;
}

/** Calls `action` the first time that so many requests were made, for {@linkcode disturbed}. */
export function onceAfter(
  least: number,
  action: () => Promise<void> | void,
): (requests: number) => Promise<void> | void {
  let done = false;
  return (requests) => {
    if (done || requests < least) return;
    done = true;
    return action();
  };
}

/** Lets some milliseconds pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
