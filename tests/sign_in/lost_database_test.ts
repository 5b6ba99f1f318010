import assert from "node:assert/strict";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import type { Grant } from "../../lib/db/vault/grant.ts";
import type { StoredPair } from "../../lib/db/vault/recovery_files.ts";
import { readGrant, saveGrant } from "../../lib/db/vault/grants.ts";
import { Cluster } from "../support/postgres.ts";
import { newGrant } from "../vault/grants.ts";
import { onScene, type Scene, sceneTest } from "./support.ts";

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
      let named = "";
      await assert.rejects(
        keeper.accessToken(),
        (error: Error & { code?: string; exitCode?: number }) => {
          assert.deepEqual([error.code, error.exitCode], ["SIGN_IN_KEPT", 5]);
          named = error.message;
          return true;
        },
      );
      assert.equal(scene.oura.stats.refreshes, 1);
      await cluster.resume();
      const [kept] = await recovery.read();
      assert.ok(kept && named.includes(kept.path));
      const next = await scene.keeper(userId);
      assert.equal(await next.accessToken(), kept.pair?.accessToken);
      assert.deepEqual(await recovery.read(), []);
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

sceneTest("without a writable directory the database alone is enough", async (scene) => {
  const userId = await scene.signIn();
  await scene.expire(userId);
  // A file where the directory should be.
  await Deno.remove(scene.directory, { recursive: true });
  await Deno.writeTextFile(scene.directory, "");
  assert.ok(await (await scene.keeper(userId)).accessToken());
});

sceneTest("a kept pair that a new sign-in has overtaken is thrown away", async (scene) => {
  const userId = await scene.signIn();
  const grant = (await readGrant(scene.vault, userId))!;
  const recovery = await scene.recoveryOf(userId);
  const later = new Date(grant.obtainedAt.getTime() + 1_000);
  await saveGrant(scene.vault, newGrant({ ...grant, obtainedAt: later }));
  await recovery.keep(keptPair(grant));
  const keeper = await scene.keeper(userId);
  assert.equal(await keeper.accessToken(), grant.accessToken);
  assert.deepEqual(await recovery.read(), []);
});

sceneTest(
  "of kept pairs newer than a restored table the newest wins, for good",
  async (scene) => {
    const userId = await scene.signIn();
    const grant = (await readGrant(scene.vault, userId))!;
    const recovery = await scene.recoveryOf(userId);
    await recovery.keep(keptPair(grant, { version: grant.version + 5, accessToken: "newest" }));
    const older = keptPair(grant, { version: grant.version + 4, accessToken: "older" });
    await recovery.keep(older);
    assert.equal(await (await scene.keeper(userId)).accessToken(), "newest");
    assert.deepEqual(await recovery.read(), []);
    // As if the process had died before it could remove the older file.
    await recovery.keep(older);
    assert.equal(await (await scene.keeper(userId)).accessToken(), "newest");
    assert.deepEqual(await recovery.read(), []);
  },
);

sceneTest("a damaged recovery file does not bar the way", async (scene) => {
  const userId = await scene.signIn();
  const grant = (await readGrant(scene.vault, userId))!;
  const mine = await (await scene.recoveryOf(userId)).keep(keptPair(grant));
  await Deno.rename(await (await scene.recoveryOf("another")).keep(keptPair(grant)), mine);
  assert.ok(await (await scene.keeper(userId)).accessToken());
});

sceneTest("a new sign-in clears kept pairs away", async (scene) => {
  const userId = await scene.signIn();
  const grant = (await readGrant(scene.vault, userId))!;
  const recovery = await scene.recoveryOf(userId);
  await recovery.keep(keptPair(grant));
  await Deno.writeTextFile(await recovery.keep(keptPair(grant)), "{}");
  await scene.signIn();
  assert.deepEqual(await recovery.read(), []);
});

/** A process that keeps a fresh pair on disk and dies before it can commit it. */
async function refreshAndDie(scene: Scene, userId: string): Promise<string> {
  await scene.expire(userId);
  const dying = await scene.keeper(userId, {
    claimMs: 1,
    onStep: (step) => step === "kept" ? Promise.reject(new Error("killed")) : undefined,
  });
  await assert.rejects(dying.accessToken(), /killed/);
  const [kept] = await (await scene.recoveryOf(userId)).read();
  return kept!.pair!.accessToken;
}

sceneTest("a process that has committed removes its own copy, no newer one", async (scene) => {
  const userId = await scene.signIn();
  await scene.expire(userId);
  let newest = "";
  const first = await scene.keeper(userId, {
    onStep: async (step) => {
      // Between its commit and the removal of its copy another process refreshes, and dies.
      if (step === "committed" && newest === "") newest = await refreshAndDie(scene, userId);
    },
  });
  await first.accessToken();
  assert.equal(await (await scene.keeper(userId)).accessToken(), newest);
  assert.deepEqual([scene.oura.stats.refreshes, scene.oura.stats.refreshTokenReuses], [2, 0]);
});

sceneTest("a process that took up a copy removes no newer one", async (scene) => {
  const userId = await scene.signIn();
  await refreshAndDie(scene, userId);
  const recovery = await scene.recoveryOf(userId);
  let newest = "";
  const slow = new Proxy(recovery, {
    get(target, name) {
      if (name !== "read") {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async () => {
        const read = await target.read();
        // Between its reading and its removal two others go by: one takes the copy up, one dies.
        if (newest === "") {
          newest = "-";
          await scene.keeper(userId);
          newest = await refreshAndDie(scene, userId);
        }
        return read;
      };
    },
  });
  await (await scene.keeper(userId, { recovery: slow })).accessToken();
  assert.equal(await (await scene.keeper(userId)).accessToken(), newest);
  assert.deepEqual([scene.oura.stats.refreshes, scene.oura.stats.refreshTokenReuses], [2, 0]);
});

function keptPair(grant: Grant, changes: Partial<StoredPair> = {}): StoredPair {
  return {
    obtainedAt: grant.obtainedAt,
    version: grant.version,
    accessToken: "kept-access",
    refreshToken: "kept-refresh",
    expiresAt: new Date(Date.now() + 86_400_000),
    scopes: null,
    refreshedAt: new Date(),
    ...changes,
  };
}
