import assert from "node:assert/strict";
import { SOAK } from "../support/soak.ts";
import { canCheckModels, checkModel } from "../support/spin.ts";

const MODEL = "jobs.pml";

if (await canCheckModels(MODEL)) {
  Deno.test("in no order of steps does the model of events and jobs lose an event", async () => {
    const options = SOAK ? ["-DEVENTS=3", "-DCRASHES=3"] : [];
    const said = await checkModel(MODEL, options);
    assert.match(said, /errors: 0\n/);
    assert.doesNotMatch(said, /out of memory|max search depth too small/);
  });

  for (
    const [fault, option] of [
      ["a job that is taken before its event is stored", ["-DSEND", "-DNO_DISPATCH"]],
      ["an event that no job looks for", ["-DNO_DISPATCH"]],
      ["an older document that replaces a newer one", ["-DNO_LEASE"]],
    ] as const
  ) {
    Deno.test(`the model finds ${fault}`, async () => {
      assert.match(await checkModel(MODEL, option), /assertion violated[^]*errors: 1\n/);
    });
  }
}
