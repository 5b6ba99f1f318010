import assert from "node:assert/strict";
import { migrate } from "../../lib/db/migrate.ts";
import { openPostgres } from "../../lib/db/postgres.ts";
import { readGrant, saveGrant } from "../../lib/db/vault/grants.ts";
import { Cluster } from "../support/postgres.ts";
import { newGrant } from "../vault/grants.ts";
import { embeddedTest, onScene, type Scene } from "./support.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };
const commitRetry = { retries: 1, firstDelayMs: 1 };

// A server of this file's own, as it is stopped under the program's feet; what it has acknowledged must
// outlive that, which the clusters of other tests do not promise. Started outside the tests,
// whose sanitizers would take it for a leak.
const cluster = await Cluster.start({ settings: { synchronous_commit: "on" } });
addEventListener("unload", () => void cluster.stopImmediate());

async function onOwnServer(body: (scene: Scene) => Promise<void>): Promise<void> {
  const db = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
  try {
    await migrate(db);
    await db.exec("TRUNCATE oura.oauth_tokens");
    await onScene(db, body);
  } finally {
    await db.close();
  }
}

Deno.test(
  "a pair whose commit finds the database gone waits on disk for the next run",
  strict,
  () =>
    onOwnServer(async (scene) => {
      const userId = await scene.signIn();
      await scene.expire(userId);
      const keeper = await scene.keeper(userId, {
        commitRetry,
        onStep: (step) => step === "kept" ? cluster.stopImmediate() : undefined,
      });
      const recovery = await scene.recoveryOf(userId);
      await assert.rejects(
        keeper.accessToken(),
        (error: Error & { code?: string; exitCode?: number }) => {
          assert.deepEqual([error.code, error.exitCode], ["SIGN_IN_KEPT", 5]);
          assert.ok(error.message.includes(recovery.path));
          return true;
        },
      );
      assert.equal(scene.oura.stats.refreshes, 1);
      await cluster.resume();
      const kept = await recovery.read();
      const next = await scene.keeper(userId);
      assert.equal(await next.accessToken(), kept?.accessToken);
      assert.equal(await recovery.read(), null);
      assert.deepEqual([scene.oura.stats.refreshes, scene.oura.stats.refreshTokenReuses], [1, 0]);
    }),
);

Deno.test(
  "a database that comes back in time gets the pair from memory",
  strict,
  () =>
    onOwnServer(async (scene) => {
      const userId = await scene.signIn();
      await scene.expire(userId);
      const keeper = await scene.keeper(userId, {
        onStep: async (step) => {
          if (step !== "kept") return;
          await cluster.stopImmediate();
          void cluster.resume();
        },
      });
      const token = await keeper.accessToken();
      assert.equal((await readGrant(scene.vault, userId))?.accessToken, token);
      assert.deepEqual([scene.oura.stats.refreshes, scene.oura.stats.refreshTokenReuses], [1, 0]);
    }),
);

embeddedTest("without a writable directory the database alone is enough", async (scene) => {
  const userId = await scene.signIn();
  await scene.expire(userId);
  // A file where the directory should be.
  await Deno.remove(scene.directory, { recursive: true });
  await Deno.writeTextFile(scene.directory, "");
  assert.ok(await (await scene.keeper(userId)).accessToken());
});

embeddedTest("a kept pair that a new sign-in has overtaken is thrown away", async (scene) => {
  const userId = await scene.signIn();
  const grant = await readGrant(scene.vault, userId);
  const recovery = await scene.recoveryOf(userId);
  const pair = {
    obtainedAt: grant!.obtainedAt,
    version: grant!.version,
    accessToken: "kept-access",
    refreshToken: "kept-refresh",
    expiresAt: new Date(Date.now() + 86_400_000),
    scopes: null,
    refreshedAt: new Date(),
  };
  const later = new Date(grant!.obtainedAt.getTime() + 1_000);
  await saveGrant(scene.vault, newGrant({ ...grant!, obtainedAt: later }));
  await recovery.write(pair);
  const keeper = await scene.keeper(userId);
  assert.equal(await keeper.accessToken(), grant!.accessToken);
  assert.equal(await recovery.read(), null);
});

embeddedTest("a kept pair is newer than a table restored from a backup", async (scene) => {
  const userId = await scene.signIn();
  const grant = await readGrant(scene.vault, userId);
  await (await scene.recoveryOf(userId)).write({
    obtainedAt: grant!.obtainedAt,
    version: grant!.version + 5,
    accessToken: "kept-access",
    refreshToken: "kept-refresh",
    expiresAt: new Date(Date.now() + 86_400_000),
    scopes: null,
    refreshedAt: new Date(),
  });
  assert.equal(await (await scene.keeper(userId)).accessToken(), "kept-access");
});

embeddedTest("a damaged recovery file does not bar the way", async (scene) => {
  const userId = await scene.signIn();
  const recovery = await scene.recoveryOf(userId);
  const other = await scene.recoveryOf("another");
  await other.write({
    obtainedAt: new Date(),
    version: 1,
    accessToken: "a",
    refreshToken: "b",
    expiresAt: new Date(),
    scopes: null,
    refreshedAt: new Date(),
  });
  await Deno.rename(other.path, recovery.path);
  assert.ok(await (await scene.keeper(userId)).accessToken());
});

embeddedTest("a new sign-in clears a kept pair away", async (scene) => {
  const userId = await scene.signIn();
  const recovery = await scene.recoveryOf(userId);
  await Deno.writeTextFile(recovery.path, "{}");
  await scene.signIn();
  await assert.rejects(Deno.stat(recovery.path), Deno.errors.NotFound);
});
