import assert from "node:assert/strict";
import { inspect } from "node:util";
import { beginAuthorization, readCallback } from "../../lib/oura/oauth/authorization.ts";
import { PORTALS } from "../../lib/oura/oauth/portals.ts";

const options = {
  clientId: "app",
  redirectUri: "http://localhost:8000/callback",
  scopes: ["daily"],
};

Deno.test("beginAuthorization() sends a fresh state and the S256 hash of a fresh verifier", async () => {
  const first = await beginAuthorization(PORTALS.moi, options);
  const second = await beginAuthorization(PORTALS.moi, options);
  assert.notEqual(first.state, second.state);
  assert.notEqual(first.codeVerifier, second.codeVerifier);
  const query = new URL(first.url).searchParams;
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(first.codeVerifier),
  );
  const challenge = new Uint8Array(digest).toBase64({ alphabet: "base64url", omitPadding: true });
  assert.deepEqual(Object.fromEntries(query), {
    response_type: "code",
    client_id: "app",
    redirect_uri: "http://localhost:8000/callback",
    scope: "extapi:daily",
    state: first.state,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
});

Deno.test("beginAuthorization() leaves scope out at legacy rather than sending it empty", async () => {
  const { url } = await beginAuthorization(PORTALS.legacy, { ...options, scopes: null });
  assert.equal(new URL(url).searchParams.has("scope"), false);
});

Deno.test("readCallback() takes a redirect of this sign-in", () => {
  const parameters = new URLSearchParams("code=abc&state=s1&iss=https://x&scope=extapi:daily");
  const callback = readCallback(parameters, { state: "s1" });
  assert.equal(callback.parameters.get("code"), "abc");
  assert.equal(callback.issuer, "https://x");
  assert.deepEqual(callback.scopes, ["daily"]);
});

const foreign: Record<string, string> = {
  "another state": "code=abc-secret&state=other",
  "no state": "code=abc-secret",
  "no code": "state=s1",
  "an empty code": "code=&state=s1",
  "two codes": "code=abc-secret&code=def&state=s1",
  "two states": "code=abc-secret&state=s1&state=s1",
};

for (const [name, query] of Object.entries(foreign)) {
  Deno.test(`readCallback() refuses a redirect with ${name}, and shows no code`, () => {
    assert.throws(
      () => readCallback(new URLSearchParams(query), { state: "s1" }),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "SIGN_IN_REDIRECT");
        assert.ok(!inspect(error, { depth: 9 }).includes("abc-secret"));
        return true;
      },
    );
  });
}

Deno.test("readCallback() takes a bare code without its state", () => {
  const callback = readCallback(new URLSearchParams("code=abc"), { state: "s1" }, false);
  assert.equal(callback.parameters.get("code"), "abc");
});

Deno.test("readCallback() tells denied consent from other errors, and repeats no free text", () => {
  const read = (error: string) => () =>
    readCallback(new URLSearchParams({ error, state: "s1" }), { state: "s1" });
  assert.throws(read("access_denied"), { code: "SIGN_IN_DENIED", exitCode: 3 });
  assert.throws(read("invalid_scope"), { code: "SIGN_IN_REFUSED", exitCode: 3 });
  assert.throws(read("<script>"), { message: /an unknown error/ });
});
