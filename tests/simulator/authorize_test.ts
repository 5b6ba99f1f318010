import assert from "node:assert/strict";
import {
  authorize,
  callbackOf,
  MOI_AUTHORIZE,
  MOI_TOKEN,
  REDIRECT,
  signIn,
} from "./oauth_support.ts";
import { ask, BASE, control, simulate } from "./support.ts";

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

Deno.test("discovery names the endpoints of the new portal", async () => {
  const path = "/oauth/v2/ext/oauth-anonymous/.well-known/openid-configuration";
  const response = await simulate().handler(new Request(new URL(path, BASE)));
  const found = await response.json();
  assert.equal(found.token_endpoint, `${BASE}${MOI_TOKEN}`);
  assert.equal(found.issuer, `${BASE}/oauth/v2/ext/oauth-anonymous`);
});
