import assert from "node:assert/strict";
import { deskTest } from "./support.ts";

deskTest("demo takes a configuration without the shipped columns", async ({ run, directory }) => {
  const types = "{ daily_sleep: {}, daily_activity: { columns: { steps: steps } } }";
  await Deno.writeTextFile(`${directory}/oura.yaml`, `version: 1\ndata_types: ${types}\n`);
  const { exitCode, out, err } = await run(["demo", "--days", "2"]);
  assert.equal(exitCode, 0, err);
  assert.match(out, /^daily_sleep +\d+$/m);
  assert.match(out, /rows in 2 tables/);
  assert.match(out, /How to go on/);
});
