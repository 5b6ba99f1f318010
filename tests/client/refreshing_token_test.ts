/** Tokens a program keeps itself: refreshed once, stored before they are used. */
import assert from "node:assert/strict";
import {
  OuraClient,
  OuraUnavailableError,
  refreshingToken,
  SignInError,
  type StoredTokens,
} from "../../mod.ts";

const options = { sanitizeOps: true, sanitizeResources: true };
const TOKEN_URL = "https://oura.test/token";
const SOON = new Date(Date.now() + 86_400_000);

/** An Oura that takes the newest access token only, and every refresh token once. */
function oura(log: string[] = []) {
  let turn = 0;
  const fetchLike: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url === TOKEN_URL) {
      const given = new URLSearchParams(await request.text()).get("refresh_token");
      log.push(`refresh ${given}`);
      if (given !== `r${turn}`) return Response.json({ error: "invalid_grant" }, { status: 400 });
      turn++;
      return Response.json({
        access_token: `a${turn}`,
        refresh_token: `r${turn}`,
        token_type: "bearer",
        expires_in: 86_400,
      });
    }
    const token = request.headers.get("authorization");
    log.push(`ask with ${token}`);
    return token === `Bearer a${turn}`
      ? Response.json({ id: "wearer" })
      : new Response(null, { status: 401 });
  };
  return { fetch: fetchLike, revoke: () => turn++ };
}

function tokensOf(
  fetch: typeof globalThis.fetch,
  tokens: StoredTokens,
  save: (tokens: StoredTokens) => Promise<void>,
) {
  return refreshingToken({
    clientId: "app",
    clientSecret: "secret",
    tokenUrl: TOKEN_URL,
    tokens,
    save,
    fetch,
  });
}

Deno.test(
  "an ending token is refreshed once for all calls, and stored before use",
  options,
  async () => {
    const log: string[] = [];
    const { fetch } = oura(log);
    const ending = { accessToken: "a0", refreshToken: "r0", expiresAt: new Date() };
    const tokens = tokensOf(fetch, ending, ({ refreshToken }) => {
      log.push(`save ${refreshToken}`);
      return Promise.resolve();
    });
    const client = new OuraClient({ tokens, fetch });
    await Promise.all([client.getPersonalInfo(), client.getPersonalInfo()]);
    assert.deepEqual(log, ["refresh r0", "save r1", "ask with Bearer a1", "ask with Bearer a1"]);
  },
);

Deno.test("a refused token is refreshed once, then the call succeeds", options, async () => {
  const { fetch } = oura();
  const tokens = tokensOf(
    fetch,
    { accessToken: "stale", refreshToken: "r0", expiresAt: SOON },
    () => Promise.resolve(),
  );
  const client = new OuraClient({ tokens, fetch });
  assert.equal((await client.getPersonalInfo()).id, "wearer");
});

Deno.test(
  "a pair that could not be stored is stored at the next try, not refreshed again",
  options,
  async () => {
    const log: string[] = [];
    const { fetch } = oura(log);
    const saved: string[] = [];
    let disk = "full";
    const tokens = tokensOf(
      fetch,
      { accessToken: "a0", refreshToken: "r0", expiresAt: new Date() },
      ({ refreshToken }) => {
        if (disk === "full") return Promise.reject(new Error("disk full"));
        saved.push(refreshToken);
        return Promise.resolve();
      },
    );
    await assert.rejects(tokens.accessToken(), /disk full/);
    disk = "free";
    assert.equal(await tokens.accessToken(), "a1");
    assert.deepEqual(saved, ["r1"]);
    assert.deepEqual(log, ["refresh r0"]);
  },
);

Deno.test("a dead sign-in and an outage are told apart", options, async () => {
  const { fetch } = oura();
  const ending = { accessToken: "a0", refreshToken: "used", expiresAt: new Date() };
  const save = () => Promise.resolve();
  await assert.rejects(tokensOf(fetch, ending, save).accessToken(), SignInError);
  const down = () => Promise.resolve(new Response(null, { status: 503 }));
  await assert.rejects(tokensOf(down, ending, save).accessToken(), OuraUnavailableError);
});
