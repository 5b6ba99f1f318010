import assert from "node:assert/strict";
import { inspect } from "node:util";
import { readGrant } from "../../lib/db/vault/grants.ts";
import { signIn, type SignInOptions } from "../../lib/auth/sign_in.ts";
import { signOut } from "../../lib/auth/sign_out.ts";
import { forEachDatabase } from "../support/databases.ts";
import { APPS, onScene, portalAt, redirected, type Scene, sceneTest, visit } from "./support.ts";

for (const portal of ["moi", "legacy"] as const) {
  forEachDatabase(
    `an app of portal ${portal} is signed in without naming its portal`,
    (db) =>
      onScene(db, async (scene) => {
        const signedIn = await signIn(scene.options({ app: APPS[portal] }));
        assert.equal(signedIn.userId, scene.oura.world.wearers[0]!.id);
        assert.equal(signedIn.portal, portal);
        const grant = await readGrant(scene.vault, signedIn.userId);
        assert.equal(grant?.tokenUrl, portalAt(scene.oura.url, portal).tokenUrl, "the issuing one");
        assert.ok(signedIn.scopes?.includes("daily") && signedIn.scopes.includes("spo2"));
        assert.deepEqual(scene.pages, ["success"]);
        assert.equal(scene.oura.stats.codesExchanged, 1);
      }),
  );
}

forEachDatabase(
  "scopes the wearer unticks are known to be missing",
  (db) =>
    onScene(db, async (scene) => {
      scene.oura.simulator.oauth.plan = { untick: ["spo2", "heartrate"] };
      const { scopes } = await signIn(scene.options());
      assert.ok(scopes && !scopes.includes("spo2") && !scopes.includes("heartrate"));
      assert.ok(scopes.includes("daily"));
    }),
);

forEachDatabase(
  "several wearers are signed in side by side, and out one by one",
  (db) =>
    onScene(db, async (scene) => {
      const first = await scene.signIn();
      scene.oura.simulator.oauth.plan = { user: scene.oura.world.wearers[1]!.id };
      const second = await scene.signIn();
      assert.notEqual(first, second);
      const { vault } = scene;
      const token = (await readGrant(vault, first))!.accessToken;
      const recovery = await scene.recoveryOf(first);
      assert.equal(
        await signOut({ vault, recovery, app: APPS.moi, endpoints: [scene.oura.url] }, first),
        true,
      );
      assert.equal(await readGrant(vault, first), null);
      assert.notEqual(await readGrant(vault, second), null);
      assert.equal(scene.oura.simulator.oauth.grants.accessOf(token), undefined, "revoked at Oura");
    }),
);

forEachDatabase(
  "signing out with another app's secret revokes nothing and removes nothing",
  (db) =>
    onScene(db, async (scene) => {
      const userId = await scene.signIn();
      const recovery = await scene.recoveryOf(userId);
      for (const app of [null, APPS.legacy, { ...APPS.moi, clientSecret: "wrong" }]) {
        await assert.rejects(
          signOut({ vault: scene.vault, recovery, app, endpoints: [scene.oura.url] }, userId),
          {
            code: "APP_CHANGED",
          },
        );
      }
      assert.notEqual(await readGrant(scene.vault, userId), null);
    }),
);

/** What can go wrong, and what the person is told. */
interface Failure {
  readonly code: string;
  readonly exitCode: number;
  readonly page: readonly string[];
  readonly change: (scene: Scene) => Partial<SignInOptions>;
}

const failures: Record<string, Failure> = {
  "denied consent": {
    code: "SIGN_IN_DENIED",
    exitCode: 3,
    page: ["refused"],
    change: ({ oura }) => {
      oura.simulator.oauth.plan = { answer: "deny" };
      return {};
    },
  },
  "a code used before": {
    code: "SIGN_IN_CODE",
    exitCode: 3,
    page: ["failed"],
    change: ({ oura, pages }) => ({
      obtainRedirect: async (authorization) => {
        const parameters = await visit(authorization);
        oura.simulator.oauth.grants.spendCode(parameters.get("code")!);
        return redirected(parameters, pages);
      },
    }),
  },
  "the code of another sign-in": {
    code: "SIGN_IN_REDIRECT",
    exitCode: 2,
    page: ["failed"],
    change: ({ pages }) => ({
      obtainRedirect: async (authorization) => {
        const parameters = await visit(authorization);
        parameters.set("state", "another");
        return redirected(parameters, pages);
      },
    }),
  },
  "a code injected from another sign-in": {
    code: "SIGN_IN_CODE",
    exitCode: 3,
    page: ["failed"],
    change: ({ pages }) => ({
      obtainRedirect: async (authorization) => {
        const url = new URL(authorization.url);
        url.searchParams.set("code_challenge", "a".repeat(43));
        return redirected(await visit({ ...authorization, url: url.href }), pages);
      },
    }),
  },
  "an issuer that is not Oura": {
    code: "SIGN_IN_ISSUER",
    exitCode: 2,
    page: ["failed"],
    change: ({ oura }) => {
      oura.simulator.settings.issuer = "https://evil.example/oauth/v2/ext/oauth-anonymous";
      return {};
    },
  },
  "a redirect URI that is not registered": {
    code: "APP_UNKNOWN",
    exitCode: 2,
    page: [],
    change: () => ({ redirectUri: "http://localhost:8000/elsewhere" }),
  },
  "an unknown app": {
    code: "APP_UNKNOWN",
    exitCode: 2,
    page: [],
    change: () => ({ app: { clientId: "nobody", clientSecret: "wrong-secret" } }),
  },
  "a wrong secret": {
    code: "APP_REFUSED",
    exitCode: 2,
    page: ["failed"],
    change: () => ({ app: { ...APPS.moi, clientSecret: "wrong-secret" } }),
  },
};

for (const [name, { code, exitCode, page, change }] of Object.entries(failures)) {
  sceneTest(
    `${name} stores nothing and says what to do`,
    async (scene) => {
      await assert.rejects(
        signIn(scene.options(change(scene))),
        (error: Error & { code?: string; exitCode?: number; hint?: string }) => {
          assert.deepEqual([error.code, error.exitCode], [code, exitCode], error.message);
          assert.ok(error.hint);
          assert.doesNotMatch(inspect(error, { depth: 9 }), /sim-secret|wrong-secret|_0|_1/);
          return true;
        },
      );
      assert.deepEqual(scene.pages, page);
      assert.equal(await readGrant(scene.vault, scene.oura.world.wearers[0]!.id), null);
    },
  );
}

sceneTest(
  "a new-portal app at the legacy authorize page is exchanged where iss says",
  async (scene) => {
    const legacy = portalAt(scene.oura.url, "legacy");
    const moi = portalAt(scene.oura.url, "moi");
    const signedIn = await signIn(scene.options({
      portals: { candidates: [legacy], known: [legacy, moi] },
      obtainRedirect: async (authorization) => {
        const toMoi = await fetch(authorization.url, { redirect: "manual" });
        await toMoi.body?.cancel();
        const url = toMoi.headers.get("location")!;
        return redirected(await visit({ ...authorization, url }), scene.pages);
      },
    }));
    assert.equal(signedIn.portal, "moi");
    assert.equal(scene.oura.stats.byPath["/oauth/token"], undefined, "no code was risked there");
  },
);
