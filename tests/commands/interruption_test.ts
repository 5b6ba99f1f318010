import assert from "node:assert/strict";
import { Run } from "../support/run.ts";
import { deskTest } from "./support.ts";

if (Deno.build.os !== "windows") {
  deskTest("Ctrl-C is told of in one line, and in the report", async (desk) => {
    const { directory, oura, token } = desk;
    // Nothing but personal_info gets an answer in time.
    oura.simulator.faults.add({ kind: "latency", match: "/(sleep|tag|workout)", delayMs: 60_000 });
    const run = new Run({
      directory,
      env: {
        DATABASE_URL: desk.databaseUrl,
        OURA_API_URL: oura.url,
        OURA_ACCESS_TOKEN: token,
        LOG_LEVEL: "info",
      },
    }, ["sync", "--types", "sleep,tag,workout,personal_info"]);
    await run.says(/personal_info: 1 inserted/);
    run.kill("SIGINT");
    const { exitCode, out, err } = await run.end();
    assert.equal(exitCode, 4, err);
    const told = err.split("\n").filter((line) => /stopped|ERROR/i.test(line));
    assert.deepEqual(told, [
      "oura-sync: Stopped by SIGINT; the next run goes on from here [INTERRUPTED]",
    ]);
    assert.match(out, /^workout +stopped /m);
    assert.match(out, /^personal_info +done /m);
  });
}
