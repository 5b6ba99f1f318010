import assert from "node:assert/strict";
import { join } from "node:path";
import { readyDeskTest } from "./support.ts";

readyDeskTest(
  "a person exports, restores and forgets a wearer",
  async ({ run, databaseUrl, directory, token, oura }) => {
    const env = {
      DATABASE_URL: databaseUrl,
      OURA_ACCESS_TOKEN: token,
      OURA_API_URL: oura.url,
    };
    const types = ["--types", "daily_sleep"];
    assert.equal((await run(["sync", ...types], env)).exitCode, 0);
    const out = join(directory, "backup");
    const exported = await run(
      ["export", "--format", "ndjson", "--out", out, ...types, "--json"],
      env,
    );
    assert.equal(exported.exitCode, 0, exported.err);
    const { rows } = JSON.parse(exported.out).files[0];
    assert.ok(rows > 4);
    const piped = await run(["export", "--out", "-", ...types], env);
    assert.equal(piped.out.trimEnd().split("\r\n").length, rows + 1);
    assert.equal((await run(["export", "--out", "-"], env)).exitCode, 2);

    const userId = oura.world.wearers[0]!.id;
    const asked = await run(["forget", "--user-id", userId], env);
    assert.equal(asked.exitCode, 2);
    assert.match(asked.err, /FORGET_UNCONFIRMED/);
    const forgotten = await run(["forget", "--user-id", userId, "--yes"], env);
    assert.equal(forgotten.exitCode, 0, forgotten.err);
    assert.equal((await run(["forget", "--user-id", userId, "--yes"], env)).exitCode, 2);

    const restored = await run(["replay", "--from-files", out, "--json"], env);
    const { types: counts } = JSON.parse(restored.out);
    const sleep = counts.find(({ dataType }: { dataType: string }) => dataType === "daily_sleep");
    assert.equal(sleep.inserted, rows);
    const pruned = await run(["prune", "--dry-run", "--json"], env);
    assert.deepEqual(JSON.parse(pruned.out), { dryRun: true, runs: 0, revisions: 0, events: 0 });
  },
);
