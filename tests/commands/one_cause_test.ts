/** A run that ends for one reason says so once, and its exit code is the documented one. */
import assert from "node:assert/strict";
import { signInUnattended } from "../../commands/demo/sign_in.ts";
import { loadSettings } from "../../config/environment/settings.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { generateTokenKey } from "../../lib/db/vault/token_key.ts";
import { deskTest } from "./support.ts";

deskTest(
  "a renewed client secret: exit 2, one line, whatever the number of data types",
  async (desk) => {
    const { oura, directory, databaseUrl } = desk;
    const env = {
      OURA_CLIENT_ID: "sim-app",
      OURA_CLIENT_SECRET: "sim-secret",
      OURA_API_URL: oura.url,
      OURA_AUTHORIZE_URL: `${oura.url}/oauth/v2/ext/oauth-authorize`,
      OURA_TOKEN_URL: `${oura.url}/oauth/v2/ext/oauth-token`,
      OURA_REVOKE_URL: `${oura.url}/oauth/v2/ext/oauth-revoke`,
      OURA_DATA_DIR: directory,
      OURA_TOKEN_KEY: generateTokenKey().toBase64(),
      DATABASE_URL: databaseUrl,
    };
    const db = await openPostgres({ kind: "url", url: databaseUrl }, { schema: "oura" });
    try {
      await migrate(db);
      await signInUnattended(loadSettings(env), db);
      await db.exec("UPDATE oura.oauth_tokens SET expires_at = now() - interval '1 hour'");
    } finally {
      await db.close();
    }
    const { exitCode, out, err } = await desk.run(["sync"], {
      ...env,
      OURA_CLIENT_SECRET: "renewed",
    });
    assert.equal(exitCode, 2, err);
    const lines = `${out}\n${err}`.split("\n").filter((line) =>
      line.includes("client id and secret")
    );
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0]!, /\[APP_REFUSED\]$/);
    assert.match(err, /OURA_CLIENT_SECRET/);
    assert.doesNotMatch(err, /"level":"(ERROR|WARN)/);
  },
);
