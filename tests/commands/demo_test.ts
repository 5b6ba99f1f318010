import assert from "node:assert/strict";
import { Run } from "../support/run.ts";
import { deskTest } from "./support.ts";

deskTest(
  "demo takes a configuration without the shipped columns, and leaves the page open",
  async ({ directory }) => {
    const types = "{ daily_sleep: {}, daily_activity: { columns: { steps: steps } } }";
    await Deno.writeTextFile(`${directory}/oura.yaml`, `version: 1\ndata_types: ${types}\n`);
    const args = ["demo", "--days", "2", "--serve", "--port", "0", "--no-open"];
    const program = new Run({ directory, env: {} }, args);
    const [, address] = await program.says(/The page is at (http:\/\/127\.0\.0\.1:\d+\/)/);
    const { wearer, metrics } = await (await fetch(`${address}api/overview`)).json();
    assert.equal(wearer, "demo-wearer");
    assert.deepEqual(metrics.map(({ id }: { id: string }) => id), ["daily_activity.steps"]);
    program.kill("SIGTERM");
    const { exitCode, out, err } = await program.end();
    assert.equal(exitCode, 0, err);
    assert.match(out, /^daily_sleep +\d+$/m);
    assert.match(out, /rows in 2 tables/);
    assert.match(out, /Next steps/);
  },
);
