/** Every shell example of README.md and docs/, typed in as it stands; and what it must print. */
import assert from "node:assert/strict";
import { pages } from "../../tools/docs/pages.ts";
import { sharedCluster } from "../support/postgres.ts";
import { SOAK } from "../support/soak.ts";
import { uncalled } from "./stand_ins.ts";
import { FIRST_TOUR, TOURS } from "./tours/all.ts";
import { CONTAINERS } from "./tours/elsewhere.ts";
import { typeProse } from "./tours/prose.ts";
import { checkSample, SAMPLES } from "./tours/samples.ts";
import { follow } from "./tours/tour.ts";
import { World } from "./tours/world.ts";

const PAGES = await pages();
// Started here and not in the test, whose sanitizers would take it for a leak.
const cluster = await sharedCluster();

Deno.test({
  name: "who types every example of README and docs gets what they promise",
  sanitizeOps: true,
  sanitizeResources: true,
  ignore: Deno.build.os === "windows",
  async fn(t) {
    const world = await World.make(cluster);
    // Each step needs what those before it have left behind.
    let goesOn = true;
    const step = async (name: string, body: () => Promise<void> | void) => {
      if (goesOn) goesOn = await t.step(name, async () => await body());
    };
    try {
      for (const tour of SOAK ? TOURS : FIRST_TOUR) {
        if (tour === CONTAINERS) {
          await step("commands in prose", () => typeProse(world, PAGES));
          for (const sample of SAMPLES) {
            await step(`${sample.path} (${sample.language})`, () => checkSample(world, sample));
          }
        }
        const page = PAGES.find(({ path }) => path === tour.path)!;
        await step(tour.path, () => follow(world, tour, page));
      }
      if (!SOAK) return;
      await step("every exception is needed", async () => {
        assert.deepEqual(world.fillIns.unused, []);
        assert.deepEqual(await uncalled(world.home), []);
      });
    } finally {
      await world.leave();
    }
  },
});
