import assert from "node:assert/strict";
import { OuraClient, sync, UsageError } from "../../mod.ts";

const WRONG = {
  timeoutMs: [0, -1, NaN, 0.5, Infinity],
  retries: [-1, 101, 1.5, NaN],
  patienceMs: [-1, NaN, 86_400_001],
};

for (const [name, values] of Object.entries(WRONG)) {
  for (const value of values) {
    Deno.test(`${name} ${value} is refused with its range and its current value`, () => {
      assert.throws(() => new OuraClient({ accessToken: "a", [name]: value }), (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.code, "OPTION_RANGE");
        assert.match(error.message, new RegExp(`^${name} must be .* from \\d+ to \\d+`));
        assert.ok(error.message.endsWith(`current value is ${value}`));
        return true;
      });
    });
  }
}

Deno.test("the ends of the ranges are allowed", () => {
  new OuraClient({ accessToken: "a", timeoutMs: 1, retries: 0, patienceMs: 0 });
  new OuraClient({ accessToken: "a", timeoutMs: 3_600_000, retries: 100, patienceMs: 86_400_000 });
});

for (const concurrency of [0, 33, 1.5, NaN]) {
  Deno.test(`sync() refuses concurrency ${concurrency} before it opens anything`, async () => {
    await assert.rejects(sync({ concurrency, dataDirectory: "/nowhere" }), {
      code: "OPTION_RANGE",
      message: `concurrency must be a whole number from 1 to 32; current value is ${concurrency}`,
    });
  });
}
