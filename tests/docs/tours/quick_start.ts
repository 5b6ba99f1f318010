/** docs/quick-start.md: the three kinds of users, the first of whom goes on from README.md. */
import assert from "node:assert/strict";
import type { Tour } from "./tour.ts";

/** The tour of docs/quick-start.md; it ends with two wearers in the server's database. */
export const QUICK_START: Tour = {
  path: "docs/quick-start.md",
  before: {
    "createdb": (world) => world.startOver(),
    "deno task auth login --no-browser": ({ oura, wearers }) => oura.consent(wearers[1]),
  },
  after: {
    "deno task query": /^day +score\n\d{4}-/,
    "deno task --quiet query --csv": async ({ clone }) => {
      assert.match(
        await Deno.readTextFile(`${clone}/sleep.csv`),
        /^day,score\r?\n\d{4}-\d\d-\d\d,\d/,
      );
    },
    "deno task --quiet query --json": async ({ clone }) => {
      const rows = JSON.parse(await Deno.readTextFile(`${clone}/steps.json`));
      assert.equal(typeof rows.at(0).steps, "number");
    },
    "deno task doctor": (_, { out }) => {
      const states = out.trim().split("\n").map((line) => line.slice(0, 4));
      assert.ok(states.length > 10 && states.every((state) => state !== "FAIL"), out);
    },
    "deno task backfill": /^wearer wearer-1: /m,
    "deno task auth status": /^Wearer wearer-1\n[^]*^Wearer wearer-2\n/m,
    "deno task sync --all-users": /^wearer wearer-1: [^]*^wearer wearer-2: /m,
    "deno task sync --user-id": (_, { out }) => {
      assert.match(out, /^wearer wearer-2: 0 inserted, 0 updated/m);
      assert.doesNotMatch(out, /wearer-1/);
    },
  },
};
