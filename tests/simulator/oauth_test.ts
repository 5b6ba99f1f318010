import assert from "node:assert/strict";
import type { Simulator } from "../../simulator/mod.ts";
import { ask, BASE, control, post, simulate } from "./support.ts";

const REDIRECT = "http://localhost:8000/callback";
const MOI = { client_id: "sim-app", client_secret: "sim-secret" };
const LEGACY = { client_id: "sim-legacy-app", client_secret: "sim-legacy-secret" };
const MOI_AUTHORIZE = "/oauth/v2/ext/oauth-authorize";
const MOI_TOKEN = "/oauth/v2/ext/oauth-token";

function authorize(
  simulator: Simulator,
  path: string,
  query: Record<string, string>,
): Promise<Response> {
  const url = new URL(path, BASE);
  url.search = new URLSearchParams({
    response_type: "code",
    redirect_uri: REDIRECT,
    state: "s1",
    ...query,
  }).toString();
  return simulator.handler(new Request(url));
}

async function callbackOf(
  simulator: Simulator,
  path: string,
  query: Record<string, string>,
): Promise<URLSearchParams> {
  const response = await authorize(simulator, path, query);
  assert.equal(response.status, 302);
  return new URL(response.headers.get("location")!).searchParams;
}

async function codeOf(simulator: Simulator, query: Record<string, string> = {}): Promise<string> {
  const callback = await callbackOf(simulator, MOI_AUTHORIZE, { client_id: "sim-app", ...query });
  return callback.get("code")!;
}

interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope?: string;
}

async function signIn(simulator: Simulator, query: Record<string, string> = {}): Promise<Tokens> {
  const code = await codeOf(simulator, query);
  const response = await exchange(simulator, code);
  assert.equal(response.status, 200);
  return await response.json();
}

function exchange(
  simulator: Simulator,
  code: string,
  more: Record<string, string> = {},
): Promise<Response> {
  return post(simulator, MOI_TOKEN, {
    ...MOI,
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT,
    ...more,
  });
}

function refresh(simulator: Simulator, token: string, path = MOI_TOKEN): Promise<Response> {
  return post(simulator, path, { ...MOI, grant_type: "refresh_token", refresh_token: token });
}

Deno.test("the callback of the new portal carries code, state, granted scopes and issuer", async () => {
  const callback = await callbackOf(simulate(), MOI_AUTHORIZE, {
    client_id: "sim-app",
    scope: "extapi:daily extapi:heartrate",
  });
  assert.equal(callback.get("state"), "s1");
  assert.equal(callback.get("scope"), "extapi:daily extapi:heartrate");
  assert.equal(callback.get("iss"), `${BASE}/oauth/v2/ext/oauth-anonymous`);
});

Deno.test("an unregistered redirect URI is refused before sign-in, to the trailing slash", async () => {
  const response = await authorize(simulate(), MOI_AUTHORIZE, {
    client_id: "sim-app",
    redirect_uri: `${REDIRECT}/`,
  });
  assert.equal(response.status, 400);
});

Deno.test("a redirect URI at 127.0.0.1 cannot be registered, one at localhost can", async () => {
  const simulator = simulate();
  const app = { clientId: "a", clientSecret: "b", portal: "moi" };
  const refused = await control(simulator, "apps", {
    ...app,
    redirectUris: ["http://127.0.0.1:9000/callback"],
  });
  const taken = await control(simulator, "apps", {
    ...app,
    redirectUris: ["http://localhost:9000/callback"],
  });
  assert.deepEqual([refused.status, taken.status], [400, 200]);
});

Deno.test("the new portal drops scope names it does not know without a word", async () => {
  const callback = await callbackOf(simulate(), MOI_AUTHORIZE, {
    client_id: "sim-app",
    scope: "extapi:daily heartrate extapi:spo2Daily",
  });
  assert.equal(callback.get("scope"), "extapi:daily");
});

Deno.test("the old portal takes bare names and grants prefixed ones", async () => {
  const callback = await callbackOf(simulate(), "/oauth/authorize", {
    client_id: "sim-legacy-app",
    scope: "daily spo2Daily",
  });
  assert.equal(callback.get("scope"), "extapi:daily");
  assert.equal(callback.get("iss"), null);
});

Deno.test("the old authorize page sends a new app on and loses its scopes", async () => {
  const response = await authorize(simulate(), "/oauth/authorize", {
    client_id: "sim-app",
    scope: "daily",
  });
  const target = new URL(response.headers.get("location")!);
  assert.equal(target.pathname, MOI_AUTHORIZE);
  assert.equal(target.searchParams.get("scope"), null);
});

Deno.test("an empty scope is malformed", async () => {
  const callback = await callbackOf(simulate(), MOI_AUTHORIZE, { client_id: "sim-app", scope: "" });
  assert.equal(callback.get("error"), "invalid_scope");
});

Deno.test("the wearer may deny, and may untick scopes", async () => {
  const simulator = simulate();
  const denied = await callbackOf(simulator, MOI_AUTHORIZE, {
    client_id: "sim-app",
    approve: "deny",
  });
  assert.equal(denied.get("error"), "access_denied");
  const tokens = await signIn(simulator, { scope: "extapi:daily extapi:tag", untick: "tag" });
  assert.equal(tokens.scope, "extapi:daily");
  assert.equal((await ask(simulator, "daily_sleep", {}, tokens.access_token)).status, 200);
  assert.equal((await ask(simulator, "tag", {}, tokens.access_token)).status, 401);
});

Deno.test("the consent page asks when it is told to, and takes the ticked scopes", async () => {
  const simulator = simulate({}, { consent: "page" });
  const query = { client_id: "sim-app", scope: "extapi:daily extapi:tag" };
  const response = await authorize(simulator, MOI_AUTHORIZE, query);
  assert.match(await response.text(), /name="allow" value="tag" checked/);
  const answered = await callbackOf(simulator, MOI_AUTHORIZE, {
    ...query,
    approve: "listed",
    allow: "tag",
  });
  assert.equal(answered.get("scope"), "extapi:tag");
});

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

Deno.test("an expired access token is 401, and a refresh mends it", async () => {
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

Deno.test("discovery names the endpoints of the new portal", async () => {
  const path = "/oauth/v2/ext/oauth-anonymous/.well-known/openid-configuration";
  const response = await simulate().handler(new Request(new URL(path, BASE)));
  const found = await response.json();
  assert.equal(found.token_endpoint, `${BASE}${MOI_TOKEN}`);
  assert.equal(found.issuer, `${BASE}/oauth/v2/ext/oauth-anonymous`);
});

Deno.test("the answer to a refresh may leave the scopes out", async () => {
  const simulator = simulate({}, { scopeInRefresh: false });
  const tokens = await signIn(simulator);
  const fresh: Tokens = await (await refresh(simulator, tokens.refresh_token)).json();
  assert.equal(fresh.scope, undefined);
});
