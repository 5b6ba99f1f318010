import assert from "node:assert/strict";
import {
  choosePortals,
  exchangeOrder,
  portalOfIssuer,
  PORTALS,
  type PortalSettings,
} from "../../lib/oura/oauth/portals.ts";

const auto: PortalSettings = {
  portal: "auto",
  authorizeUrl: null,
  tokenUrl: null,
  revokeUrl: null,
};
const MOI_ISSUER = "https://moi.ouraring.com/oauth/v2/ext/oauth-anonymous";

Deno.test("choosePortals() tries moi before legacy when nothing is said", () => {
  const choice = choosePortals(auto);
  assert.deepEqual(choice.candidates.map(({ name }) => name), ["moi", "legacy"]);
  assert.equal(choice.candidates[0].tokenUrl, PORTALS.moi.tokenUrl);
});

Deno.test("choosePortals() keeps to the portal of the settings", () => {
  for (const portal of ["moi", "legacy"] as const) {
    const { candidates } = choosePortals({ ...auto, portal });
    assert.deepEqual(candidates, [PORTALS[portal]]);
  }
});

Deno.test("choosePortals() tells the portal of overridden URLs by their shape", () => {
  const legacy = choosePortals({ ...auto, tokenUrl: "http://127.0.0.1:1/oauth/token" });
  assert.equal(legacy.candidates[0].name, "legacy");
  const moi = choosePortals({ ...auto, tokenUrl: "http://127.0.0.1:1/oauth/v2/ext/oauth-token" });
  assert.equal(moi.candidates[0].name, "moi");
  assert.equal(moi.known.length, 1, "an explicit token URL is the only one that sees a code");
});

Deno.test("choosePortals() refuses plain http to another machine", () => {
  for (const tokenUrl of ["http://example.com/oauth/token", "ftp://localhost/x", "nonsense"]) {
    assert.throws(() => choosePortals({ ...auto, tokenUrl }), { code: "SIGN_IN_URL" });
  }
});

Deno.test("the issuer of the callback goes before the portal that was used", () => {
  const choice = choosePortals({ ...auto, portal: "legacy" });
  const issuer = portalOfIssuer(MOI_ISSUER, choice);
  assert.equal(issuer?.name, "moi");
  const order = exchangeOrder(choice, choice.candidates[0], issuer);
  assert.deepEqual(order.map(({ name }) => name), ["moi", "legacy"]);
});

Deno.test("without an issuer an explicit portal is never left", () => {
  const choice = choosePortals({ ...auto, portal: "moi" });
  const order = exchangeOrder(choice, choice.candidates[0], portalOfIssuer(null, choice));
  assert.deepEqual(order.map(({ name }) => name), ["moi"]);
});

Deno.test("portalOfIssuer() refuses an issuer that is not Oura", () => {
  const choice = choosePortals(auto);
  const strangers = [
    "https://evil.example/oauth/v2/ext/oauth-anonymous",
    "https://ouraring.com.evil.example",
    "http://moi.ouraring.com/oauth/v2/ext/oauth-anonymous",
    "not a url",
  ];
  for (const stranger of strangers) {
    assert.throws(() => portalOfIssuer(stranger, choice), { code: "SIGN_IN_ISSUER" }, stranger);
  }
  assert.equal(portalOfIssuer("https://id.ouraring.com/new", choice), null, "a new one of Oura's");
});
