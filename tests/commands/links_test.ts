import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { putDatabase } from "../support/embedded_image.ts";
import { runInProcess } from "../support/in_process.ts";

async function inTempDir(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-desk-" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a configuration that is a link to nowhere is not taken for no configuration", async () => {
  await inTempDir(async (directory) => {
    await Deno.symlink("dotfiles/oura.yaml", `${directory}/oura.yaml`);
    for (const args of [["validate"], ["validate", "--config", "oura.yaml"], ["init"]]) {
      const env = { OURA_ACCESS_TOKEN: "token" };
      const ended = await runInProcess({ directory, env }, args);
      assert.equal(ended.exitCode, 2, ended.err);
      assert.match(ended.err, /oura.yaml is a link to dotfiles\/oura.yaml.*\[CONFIG_LINK\]/);
    }
  });
});

Deno.test("init writes through a linked .env and removes an unfinished one", async () => {
  await inTempDir(async (directory) => {
    await Deno.mkdir(`${directory}/dotfiles`);
    await Deno.writeTextFile(`${directory}/dotfiles/env`, "OTHER=1\n");
    await Deno.symlink("dotfiles/env", `${directory}/.env`);
    await Deno.writeTextFile(`${directory}/.env.killed.oura-sync.tmp`, "OURA_TOKEN_KEY=half");
    const args = ["init", "--client-id", "an-app", "--client-secret", "a#secret"];
    await putDatabase(`${directory}/data/database`);
    const ended = await runInProcess({ directory, env: {} }, args);
    assert.equal(ended.exitCode, 0, ended.err);
    assert.ok((await Deno.lstat(`${directory}/.env`)).isSymlink);
    const { OTHER, OURA_CLIENT_SECRET } = parseEnv(
      await Deno.readTextFile(`${directory}/dotfiles/env`),
    );
    assert.deepEqual([OTHER, OURA_CLIENT_SECRET], ["1", "a#secret"]);
    await runInProcess({ directory, env: {} }, ["status"]);
    const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    assert.ok(!names.some((name) => name.endsWith(".tmp")), names.join(" "));
  });
});
