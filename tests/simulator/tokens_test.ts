import assert from "node:assert/strict";
import {
  codeOf,
  exchange,
  LEGACY,
  MOI,
  MOI_TOKEN,
  REDIRECT,
  refresh,
  signIn,
  type Tokens,
} from "./oauth_support.ts";
import { ask, control, post, simulate } from "./support.ts";

Deno.test("a code works once", async () => {
  const simulator = simulate();
  const code = await codeOf(simulator);
  assert.equal((await exchange(simulator, code)).status, 200);
  assert.equal((await exchange(simulator, code)).status, 400);
});

Deno.test("a code dies after ten minutes", async () => {
  let now = 0;
  const simulator = simulate({}, { clock: () => now });
  const code = await codeOf(simulator);
  now = 10 * 60 * 1_000;
  assert.equal((await exchange(simulator, code)).status, 400);
});

Deno.test("a proof key that was announced is demanded", async () => {
  const simulator = simulate();
  // The example of RFC 7636, appendix B.
  const code_verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const announced = {
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  };
  const good = await exchange(simulator, await codeOf(simulator, announced), { code_verifier });
  const none = await exchange(simulator, await codeOf(simulator, announced));
  const wrong = await exchange(simulator, await codeOf(simulator, announced), {
    code_verifier: `${code_verifier}x`,
  });
  assert.deepEqual([good.status, none.status, wrong.status], [200, 400, 400]);
});

Deno.test("a refresh token works once and is replaced", async () => {
  const simulator = simulate();
  const first = await signIn(simulator);
  assert.equal(first.expires_in, 2_591_999);
  const second: Tokens = await (await refresh(simulator, first.refresh_token)).json();
  assert.notEqual(second.refresh_token, first.refresh_token);
  const again = await refresh(simulator, first.refresh_token);
  assert.equal(again.status, 400);
  assert.match((await again.json()).error_description, /already used/);
  assert.equal(simulator.stats.refreshTokenReuses, 1);
  assert.equal((await refresh(simulator, second.refresh_token)).status, 200);
});

Deno.test("the old token endpoint burns the code of a new app and refuses its refresh", async () => {
  const simulator = simulate();
  const code = await codeOf(simulator);
  const form = { ...MOI, grant_type: "authorization_code", code, redirect_uri: REDIRECT };
  assert.equal((await post(simulator, "/oauth/token", form)).status, 401);
  assert.equal((await exchange(simulator, code)).status, 400);
  const tokens = await signIn(simulator);
  const refused = await refresh(simulator, tokens.refresh_token, "/oauth/token");
  assert.equal(refused.status, 400);
  assert.equal((await refused.json()).error, "invalid_request");
  assert.equal((await refresh(simulator, tokens.refresh_token)).status, 200);
});

Deno.test("the client is known by secret in the form or by Basic", async () => {
  const simulator = simulate();
  const form = { grant_type: "authorization_code", redirect_uri: REDIRECT };
  const basic = { authorization: `Basic ${btoa("sim-app:sim-secret")}` };
  const known = await post(
    simulator,
    MOI_TOKEN,
    { ...form, code: await codeOf(simulator) },
    basic,
  );
  const wrong = await exchange(simulator, await codeOf(simulator), { client_secret: "no" });
  assert.deepEqual([known.status, wrong.status], [200, 401]);
});

Deno.test("client credentials are no way in", async () => {
  const response = await post(simulate(), "/oauth/token", {
    ...LEGACY,
    grant_type: "client_credentials",
  });
  assert.equal(response.status, 400);
  assert.equal((await response.json()).error, "unsupported_grant_type");
});

Deno.test("an expired access token is 401, and a refresh fixes it", async () => {
  const simulator = simulate();
  const tokens = await signIn(simulator);
  await control(simulator, "tokens/expire", { user: "wearer-1" });
  assert.equal((await ask(simulator, "daily_sleep", {}, tokens.access_token)).status, 401);
  const fresh: Tokens = await (await refresh(simulator, tokens.refresh_token)).json();
  assert.equal((await ask(simulator, "daily_sleep", {}, fresh.access_token)).status, 200);
});

Deno.test("revoking ends the grant on both portals, and shows in introspection", async () => {
  const simulator = simulate();
  const tokens = await signIn(simulator);
  const introspect = () =>
    post(simulator, "/oauth/v2/ext/oauth-introspect", { ...MOI, token: tokens.access_token });
  assert.equal((await (await introspect()).json()).active, true);
  await post(simulator, "/oauth/v2/ext/oauth-revoke", { ...MOI, token: tokens.refresh_token });
  assert.equal((await (await introspect()).json()).active, false);
  assert.equal((await refresh(simulator, tokens.refresh_token)).status, 400);
  const other = await signIn(simulator);
  const revoke = () => post(simulator, `/oauth/revoke?access_token=${other.access_token}`, {});
  assert.deepEqual([(await revoke()).status, (await revoke()).status], [200, 401]);
});

Deno.test("the answer to a refresh may leave the scopes out", async () => {
  const simulator = simulate({}, { scopeInRefresh: false });
  const tokens = await signIn(simulator);
  const fresh: Tokens = await (await refresh(simulator, tokens.refresh_token)).json();
  assert.equal(fresh.scope, undefined);
});
