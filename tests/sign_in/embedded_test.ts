import assert from "node:assert/strict";
import { serveSimulator } from "../../simulator/mod.ts";
import { putDatabase } from "../support/embedded_image.ts";
import { Run } from "../support/run.ts";
import { APPS, portalAt } from "./support.ts";

Deno.test({
  name: "with the embedded database the key is a file beside it, rotated by one command",
  sanitizeOps: true,
  sanitizeResources: true,
  fn: async () => {
    const oura = serveSimulator({ days: 3 });
    const directory = await Deno.makeTempDir({ prefix: "oura-sync-test-" });
    const { authorizeUrl, tokenUrl, revokeUrl } = portalAt(oura.url, "legacy");
    const at = {
      directory,
      env: {
        OURA_CLIENT_ID: APPS.legacy.clientId,
        OURA_CLIENT_SECRET: APPS.legacy.clientSecret,
        OURA_API_URL: oura.url,
        OURA_AUTHORIZE_URL: authorizeUrl,
        OURA_TOKEN_URL: tokenUrl,
        OURA_REVOKE_URL: revokeUrl,
      },
    };
    const keyFile = `${directory}/data/token.key`;
    await putDatabase(`${directory}/data/database`);
    try {
      const login = new Run(at, ["auth", "login", "--no-browser"]);
      const [url] = await login.says(/http:\S+authorize\S+/);
      const visited = await fetch(url, { redirect: "manual" });
      await visited.body?.cancel();
      const ended = await login.end(visited.headers.get("location")!);
      assert.equal(ended.exitCode, 0, ended.err);
      const before = await Deno.readTextFile(keyFile);

      const rotated = await new Run(at, ["auth", "rotate-key", "--json"]).end();
      assert.equal(rotated.exitCode, 0, rotated.err);
      assert.deepEqual(JSON.parse(rotated.out), { moved: 1 });
      assert.notEqual(await Deno.readTextFile(keyFile), before);

      const logout = await new Run(at, ["auth", "logout", "--json"]).end();
      assert.equal(logout.exitCode, 0, logout.err);
      assert.equal(JSON.parse(logout.out).revoked, true, "the new key opens what Oura knows");
    } finally {
      await oura.close();
      await Deno.remove(directory, { recursive: true });
    }
  },
});
