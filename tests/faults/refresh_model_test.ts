import assert from "node:assert/strict";
import { canCheckModels, checkModel } from "../support/spin.ts";
import { SOAK } from "../support/soak.ts";

const MODEL = "refresh.pml";

/** The model changes with the protocol and not with every push; to check it takes a minute. */
if (SOAK && await canCheckModels(MODEL)) {
  Deno.test("in no order of steps does the model of a refresh lose a pair", async () => {
    const said = await checkModel(MODEL, ["-DN=2"]);
    assert.match(said, /errors: 0\n/);
    assert.doesNotMatch(said, /out of memory|max search depth too small/);
  });

  Deno.test("the model finds the pair that one file for all processes loses", async () => {
    assert.match(
      await checkModel(MODEL, ["-DN=2", "-DONE_NAME"]),
      /assertion violated[^]*errors: 1\n/,
    );
  });
}
