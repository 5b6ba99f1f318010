/** The real program on a server database of its own, at a simulated Oura where it is registered. */
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { readGrant } from "../../lib/db/vault/grants.ts";
import { keyringOf } from "../../lib/db/vault/token_key.ts";
import { type RunningSimulator, serveSimulator } from "../../simulator/mod.ts";
import { freePort } from "../support/free_port.ts";
import { createDatabase } from "../support/postgres.ts";
import { type Ended, Run, type Surroundings } from "../support/run.ts";
import { portalAt } from "./support.ts";

/** The secret of the app the program is registered as. */
export const CLIENT_SECRET = "the-client-secret";

/** What a test has at hand. */
export interface Stage {
  readonly oura: RunningSimulator;
  readonly databaseUrl: string;
  readonly at: Surroundings;
  readonly port: number;
  run(args: readonly string[], input?: string): Promise<Ended>;
  start(args: readonly string[]): Run;
}

/** Registers a test on a stage of its own. */
export function stageTest(name: string, body: (stage: Stage) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const oura = serveSimulator({ days: 3 });
      const directory = await Deno.makeTempDir({ prefix: "oura-sync-test-" });
      const database = await createDatabase();
      const port = freePort();
      const redirectUri = `http://localhost:${port}/callback`;
      const app = { clientId: "an-app", clientSecret: CLIENT_SECRET };
      oura.simulator.oauth.apps.register({ ...app, portal: "moi", redirectUris: [redirectUri] });
      const moi = portalAt(oura.url, "moi");
      const at = {
        directory,
        env: {
          PATH: `${directory}/bin:/usr/bin:/bin`,
          OURA_CLIENT_ID: app.clientId,
          OURA_CLIENT_SECRET: app.clientSecret,
          OURA_REDIRECT_URI: redirectUri,
          OURA_API_URL: oura.url,
          OURA_AUTHORIZE_URL: moi.authorizeUrl,
          OURA_TOKEN_URL: moi.tokenUrl,
          OURA_REVOKE_URL: moi.revokeUrl,
          DATABASE_URL: database.url,
          LOG_LEVEL: "trace",
        },
      };
      const start = (args: readonly string[]) => new Run(at, args);
      try {
        await body({
          oura,
          databaseUrl: database.url,
          at,
          port,
          start,
          run: (args, input) => start(args).end(input),
        });
      } finally {
        await oura.close();
        await database.drop();
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

/** A program under the opener's name that visits the page and keeps what it is shown. */
export async function installBrowser({ at: { directory } }: Stage): Promise<void> {
  await Deno.mkdir(`${directory}/bin`);
  const visit = `await Deno.writeTextFile("${directory}/page.html",
    await (await fetch(Deno.args[0])).text())`;
  const script = `#!/bin/sh\nexec "${Deno.execPath()}" eval '${visit}' "$1"\n`;
  for (const name of ["xdg-open", "open"]) {
    await Deno.writeTextFile(`${directory}/bin/${name}`, script, { mode: 0o755 });
  }
}

/** The browser outlives the program, and may write down what it was shown only after its end. */
export async function shownPage({ at: { directory } }: Stage): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const page = await Deno.readTextFile(`${directory}/page.html`).catch(() => "");
    if (page.includes("</html>")) return page;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the browser was shown no page");
}

/** The tokens in the database, decrypted with a key in base64. */
export async function storedTokens({ databaseUrl }: Stage, key: string, userId: string) {
  const db = await openPostgres({ kind: "url", url: databaseUrl }, { schema: "oura" });
  try {
    const keyring = await keyringOf(Uint8Array.fromBase64(key));
    return (await readGrant({ db, keyring }, userId))!;
  } finally {
    await db.close();
  }
}
