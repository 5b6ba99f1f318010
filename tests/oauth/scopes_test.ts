import assert from "node:assert/strict";
import { parseScopes, scopeParameter, SCOPES, scopeStanding } from "../../lib/oura/oauth/scopes.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";

Deno.test("parseScopes() strips moi's prefix and repeats, and takes commas too", () => {
  assert.deepEqual(parseScopes("extapi:daily daily extapi:spo2"), ["daily", "spo2"]);
  assert.deepEqual(parseScopes("daily,heartrate"), ["daily", "heartrate"]);
});

Deno.test("parseScopes() takes the older name of a scope for the scope", () => {
  assert.deepEqual(parseScopes("spo2Daily daily spo2 extapi:spo2Daily"), ["spo2", "daily"]);
});

Deno.test("scopeStanding() tells what was not granted from what a portal cannot grant", () => {
  const eight = "email personal daily heartrate workout tag session spo2Daily".split(" ");
  const cases = [
    ["legacy", eight, "spo2", "granted"],
    ["legacy", eight, "daily", "granted"],
    ["legacy", ["daily"], "spo2", "withheld"],
    ["legacy", eight, "stress", "not_offered"],
    ["legacy", [...eight, "stress"], "stress", "granted"],
    ["moi", ["daily"], "stress", "withheld"],
    ["moi", ["extapi:stress"], "stress", "granted"],
    [null, ["daily"], "stress", "withheld"],
    ["legacy", null, "stress", "unknown"],
    ["legacy", eight, null, "unknown"],
  ] as const;
  for (const [portal, scopes, scope, standing] of cases) {
    assert.equal(scopeStanding({ portal, scopes }, scope), standing, `${portal} ${scope}`);
  }
});

Deno.test("parseScopes() takes an empty text for silence, not for a grant of nothing", () => {
  for (const silence of ["", "  ", null, undefined]) assert.equal(parseScopes(silence), null);
});

Deno.test("scopeParameter() prefixes for moi and is never empty", () => {
  assert.equal(scopeParameter("moi", ["daily", "spo2"]), "extapi:daily extapi:spo2");
  assert.equal(scopeParameter("legacy", ["daily", "spo2"]), "daily spo2");
  assert.equal(scopeParameter("moi", null)?.split(" ").length, SCOPES.length);
  assert.equal(scopeParameter("legacy", null), null);
  assert.equal(scopeParameter("moi", []), null);
  assert.equal(scopeParameter("legacy", []), null);
});

Deno.test("SCOPES covers every data type of the catalog", () => {
  for (const { name, scope } of CATALOG) {
    assert.ok(scope === null || (SCOPES as readonly string[]).includes(scope), name);
  }
});
