import assert from "node:assert/strict";
import { readGrant, saveGrant } from "../../lib/db/vault/grants.ts";
import type { Grant } from "../../lib/db/vault/grant.ts";
import type { TokenKey } from "../../lib/db/vault/token_key.ts";
import { signOut } from "../../lib/auth/sign_out.ts";
import { RecoveryFiles } from "../../lib/db/vault/recovery_files.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import { claimRefresh } from "../../lib/db/vault/refresh_claim.ts";
import { HOSTILE_ANSWERS, withHostileServer } from "../oauth/hostile_answers.ts";
import { onServerFirst } from "../support/server_first.ts";
import { newGrant } from "../vault/grants.ts";
import { APPS, grantsTable, onScene, pointAt, sceneTest } from "./support.ts";

const DAY_MS = 86_400_000;

onServerFirst(
  "a token is used until shortly before its end, then refreshed once",
  (db) =>
    onScene(db, async (scene) => {
      const userId = await scene.signIn();
      const signedInAt = Date.now();
      let now = signedInAt;
      const keeper = await scene.keeper(userId, { now: () => new Date(now) });
      const first = await keeper.accessToken();
      now = signedInAt + 29 * DAY_MS;
      assert.equal(await keeper.accessToken(), first);
      now = signedInAt + 2_591_999_000 - 60_000;
      const second = await keeper.accessToken();
      assert.notEqual(second, first);
      assert.equal(await keeper.accessToken(), second);
      assert.equal(scene.oura.stats.refreshes, 1);
      const grant = await readGrant(scene.vault, userId);
      assert.equal(grant?.accessToken, second, "stored before it was used");
      assert.equal(grant?.refreshedAt?.getTime(), now);
    }),
);

onServerFirst(
  "fifty requests of one process make one refresh between them",
  (db) =>
    onScene(db, async (scene) => {
      const userId = await scene.signIn();
      await scene.expire(userId);
      const keeper = await scene.keeper(userId);
      const tokens = await Promise.all(Array.from({ length: 50 }, () => keeper.accessToken()));
      assert.equal(new Set(tokens).size, 1);
      assert.deepEqual([scene.oura.stats.refreshes, scene.oura.stats.refreshTokenReuses], [1, 0]);
    }),
);

onServerFirst(
  "four keepers of one wearer make one refresh between them",
  (db) =>
    onScene(db, async (scene) => {
      const userId = await scene.signIn();
      await scene.expire(userId);
      const keepers = await Promise.all(Array.from({ length: 4 }, () => scene.keeper(userId)));
      const tokens = await Promise.all(keepers.map((keeper) => keeper.accessToken()));
      assert.equal(new Set(tokens).size, 1);
      assert.deepEqual([scene.oura.stats.refreshes, scene.oura.stats.refreshTokenReuses], [1, 0]);
    }),
);

sceneTest("a refused token is refreshed once; a second refusal stands", async (scene) => {
  const userId = await scene.signIn();
  const keeper = await scene.keeper(userId);
  const refused = await keeper.accessToken();
  const [one, two] = await Promise.all([keeper.refresh(refused), keeper.refresh(refused)]);
  assert.notEqual(one, refused);
  assert.equal(two, one, "whoever asks later gets what the first one got");
  assert.equal(await keeper.refresh(refused), one);
  assert.equal(await keeper.refresh(one!), null, "fresh: refused for a missing scope, not for age");
  assert.equal(scene.oura.stats.refreshes, 1);
});

sceneTest("a refresh answer without a scope keeps the grant's scopes", async (scene) => {
  scene.oura.simulator.oauth.plan = { untick: ["spo2"] };
  scene.oura.simulator.settings.scopeInRefresh = false;
  const userId = await scene.signIn();
  await scene.expire(userId);
  const keeper = await scene.keeper(userId);
  const before = keeper.scopes;
  await keeper.accessToken();
  assert.deepEqual(keeper.scopes, before);
  assert.ok(before?.has("daily") && !before.has("spo2"));
});

sceneTest(
  "a revoked grant ends with exit 3, is marked, and is never tried again",
  async (scene) => {
    const userId = await scene.signIn();
    await scene.expire(userId);
    scene.oura.simulator.oauth.grants.revokeAll(userId);
    const keeper = await scene.keeper(userId);
    const dead = { code: "SIGN_IN_EXPIRED", exitCode: 3, hint: /auth login/ };
    for (let attempt = 0; attempt < 3; attempt++) await assert.rejects(keeper.accessToken(), dead);
    await assert.rejects(scene.keeper(userId), dead);
    assert.equal(
      scene.oura.stats.byPath["/oauth/v2/ext/oauth-token"],
      2,
      "sign-in and one refresh",
    );
    const grant = await readGrant(scene.vault, userId);
    assert.equal(grant?.state, "needs_login");
    assert.match(grant?.needsLoginReason ?? "", /answered 400/);
  },
);

sceneTest("a pair that another process got meanwhile is adopted after a 400", async (scene) => {
  const userId = await scene.signIn();
  await scene.expire(userId);
  const { vault } = scene;
  const keeper = await scene.keeper(userId, {
    request: {
      fetch: async () => {
        // Between our call and Oura's answer the wearer signs in again.
        await saveGrant(vault, newGrant({ userId, accessToken: "newer", expiresAt: in30Days() }));
        return Response.json({ error: "invalid_grant" }, { status: 400 });
      },
    },
  });
  assert.equal(await keeper.accessToken(), "newer");
});

sceneTest("a wrong client secret is the app's trouble, not the grant's", async (scene) => {
  const userId = await scene.signIn();
  await scene.expire(userId);
  const app = { ...APPS.moi, clientSecret: "wrong" };
  const keeper = await scene.keeper(userId, { app });
  await assert.rejects(keeper.accessToken(), { code: "APP_REFUSED", exitCode: 2 });
  const others = { APP_MISSING: null, APP_CHANGED: { clientId: "other", clientSecret: "x" } };
  for (const [code, other] of Object.entries(others)) {
    const without = await scene.keeper(userId, { app: other });
    await assert.rejects(without.accessToken(), { code, exitCode: 2 });
  }
  assert.ok(await (await scene.keeper(userId)).accessToken(), "nothing was lost");
});

sceneTest("a missing sign-in is said as such", async (scene) => {
  await assert.rejects(scene.keeper("nobody"), { code: "NOT_SIGNED_IN", exitCode: 3 });
});

sceneTest(
  "a waiter goes on when the claim of a killed process runs out",
  async (scene) => {
    const userId = await scene.signIn();
    await scene.expire(userId);
    await claimRefresh(scene.vault, userId, { holder: "killed", ttlMs: 40, isStale: () => true });
    const keeper = await scene.keeper(userId);
    assert.ok(await keeper.accessToken());
    assert.equal(scene.oura.stats.refreshes, 1);
  },
);

sceneTest("waiting for others ends, even when they never do", async (scene) => {
  const userId = await scene.signIn();
  await scene.expire(userId);
  await claimRefresh(scene.vault, userId, { holder: "hung", ttlMs: 600_000, isStale: () => true });
  const keeper = await scene.keeper(userId, { sleep: () => Promise.resolve() });
  await assert.rejects(keeper.accessToken(), { code: "TOKEN_REFRESH_STUCK", exitCode: 6 });
  assert.equal(scene.oura.stats.refreshes, 0);
});

for (const hostile of HOSTILE_ANSWERS.filter(({ kind }) => kind !== "refused")) {
  sceneTest(`the store is untouched by ${hostile.name}`, async (scene) => {
    const userId = await scene.signIn();
    await scene.expire(userId);
    const before = await readGrant(scene.vault, userId);
    await withHostileServer(hostile, async (url, requests) => {
      await pointAt(scene.vault, userId, { tokenUrl: url });
      const keeper = await scene.keeper(userId, {
        endpoints: [url],
        request: { bounds: { timeoutMs: 300, maxBytes: 65_536 } },
      });
      const exitCode = hostile.kind === "app_refused" ? 2 : 6;
      await assert.rejects(keeper.accessToken(), { exitCode, message: /token endpoint/ });
      await assert.rejects(keeper.accessToken(), { exitCode });
      assert.equal(requests(), 1, "no retry storm");
      await pointAt(scene.vault, userId, { tokenUrl: before!.tokenUrl });
    });
    assert.deepEqual(await readGrant(scene.vault, userId), before);
    assert.ok(await (await scene.keeper(userId)).accessToken(), "the next run goes on");
    assert.equal(scene.oura.stats.refreshTokenReuses, 0);
  });
}

onServerFirst(
  "a grant that names another server gets nothing sent there",
  (db) =>
    onScene(db, async (scene) => {
      const userId = await scene.signIn();
      await scene.expire(userId);
      const { vault } = scene;
      const before = (await readGrant(vault, userId))!;
      let asked = 0;
      const request = {
        fetch: () => Promise.resolve(new Response(String(++asked), { status: 500 })),
      };
      const recovery = await scene.recoveryOf(userId);
      const app = APPS.moi;
      for (const column of ["token_url", "revoke_url"]) {
        const table = grantsTable(db);
        await db.query(`UPDATE ${table} SET ${column} = 'https://evil.example/oauth'`);
        await assert.rejects(scene.keeper(userId, { request }), { code: "VAULT_ALTERED" });
        await assert.rejects(signOut({ vault, recovery, app, request }, userId), {
          code: "VAULT_ALTERED",
        });
        const { tokenUrl, revokeUrl } = before;
        await db.query(`UPDATE ${table} SET token_url = $1, revoke_url = $2`, [
          tokenUrl,
          revokeUrl,
        ]);
      }
      // Sealed before the endpoints were bound: then only the address itself tells.
      const evil = {
        tokenUrl: "https://evil.example/t",
        revokeUrl: "https://moi.ouraring.com.evil/",
      };
      await pointAt(vault, userId, evil);
      const keeper = await scene.keeper(userId, { request });
      await assert.rejects(keeper.accessToken(), { code: "SIGN_IN_ENDPOINT", exitCode: 2 });
      await assert.rejects(signOut({ vault, recovery, app, request }, userId), {
        code: "SIGN_IN_ENDPOINT",
        message: /moi\.ouraring\.com\.evil/,
      });
      assert.equal(asked, 0);
      await pointAt(vault, userId, before);
      assert.ok(await (await scene.keeper(userId)).accessToken(), "the claim was given back");
    }),
);

onServerFirst(
  "tokens of an earlier format are sealed again, bound to their endpoints",
  (db) =>
    onScene(db, async (scene) => {
      const userId = await scene.signIn();
      const { vault } = scene;
      const before = (await readGrant(vault, userId))!;
      const old = await sealedAsBefore(vault.keyring.current, before);
      await db.query(
        `UPDATE ${grantsTable(db)} SET access_token = $1, refresh_token = $2, key_version = 1`,
        old,
      );
      assert.equal((await readGrant(vault, userId))!.accessToken, before.accessToken);
      await scene.keeper(userId, { endpoints: [] });
      assert.equal((await readGrant(vault, userId))!.sealVersion, 1, "bound to no foreign server");
      assert.equal(await (await scene.keeper(userId)).accessToken(), before.accessToken);
      assert.deepEqual(await readGrant(vault, userId), before);
      // Nor can the format be turned back.
      await db.query(`UPDATE ${grantsTable(db)} SET key_version = 1`);
      await assert.rejects(readGrant(vault, userId), { code: "VAULT_ALTERED" });
    }),
);

/** Both tokens of a grant in format 1. */
function sealedAsBefore({ id, key }: TokenKey, grant: Grant): Promise<Uint8Array[]> {
  const tokens = { access_token: grant.accessToken, refresh_token: grant.refreshToken };
  return Promise.all(
    Object.entries(tokens).map(async ([kind, token]) => {
      const nonce = crypto.getRandomValues(new Uint8Array(12));
      const bound = JSON.stringify(["oura-sync", 1, id, grant.userId, kind]);
      const additionalData = new TextEncoder().encode(bound);
      const algorithm = { name: "AES-GCM", iv: nonce, additionalData };
      const sealed = await crypto.subtle.encrypt(algorithm, key, new TextEncoder().encode(token));
      return new Uint8Array([...nonce, ...new Uint8Array(sealed)]);
    }),
  );
}

function in30Days(): Date {
  return new Date(Date.now() + 30 * DAY_MS);
}

sceneTest(
  "a pair whose commit is interrupted is kept on disk, also when the first file failed",
  async (scene) => {
    const userId = await scene.signIn();
    await scene.expire(userId);
    const directory = `${scene.directory}/data`;
    const recovery = await RecoveryFiles.of(
      directory,
      scene.vault.db,
      userId,
      scene.vault.keyring,
    );
    const reason = new InterruptedError("SIGINT");
    const keeper = await scene.keeper(userId, {
      recovery,
      commitRetry: { signal: AbortSignal.abort(reason) },
      onStep: async (step) => {
        // A file where the directory should be: nothing can be kept until it is gone.
        if (step === "answered") await Deno.writeTextFile(directory, "");
        if (step === "kept") await Deno.remove(directory);
      },
    });
    await assert.rejects(keeper.accessToken(), reason);
    const [kept] = await recovery.read();
    const next = await scene.keeper(userId, { recovery });
    assert.equal(await next.accessToken(), kept?.pair?.accessToken);
    assert.deepEqual([scene.oura.stats.refreshes, scene.oura.stats.refreshTokenReuses], [1, 0]);
  },
);
