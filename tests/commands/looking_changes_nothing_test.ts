/** A command that looks changes no row, no file and no token, and asks the token endpoint nothing. */
import assert from "node:assert/strict";
import { signInUnattended } from "../../commands/demo/sign_in.ts";
import { simulatedApp } from "../../commands/demo/simulated_app.ts";
import { COMMANDS } from "../../commands/_cli/registry.ts";
import { loadSettings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { generateTokenKey } from "../../lib/db/vault/token_key.ts";
import { type Desk, readyDeskTest } from "./support.ts";

const LOOKS: readonly (readonly string[])[] = [
  ["doctor"],
  ["plan"],
  ["status"],
  ["gaps"],
  ["query", "select 1"],
  ["auth", "status"],
  ["sync", "--dry-run"],
  ["backfill", "--dry-run", "--from", "2026-01-01"],
  ["rejects", "list"],
  ["rejects", "show", "1"],
  ["report", "--format", "json"],
  ["export", "--format", "csv", "--types", "daily_sleep", "--out", "-"],
];
/** It ends when it is stopped; its own tests let it run as a role that may only read. */
const SERVES = "dashboard";

Deno.test("every command that only reads is among those checked", () => {
  const checked = LOOKS.map(([name]) => name);
  const reading = COMMANDS.filter(({ database }) => database === "read").map(({ name }) => name);
  assert.deepEqual(reading.filter((name) => name !== SERVES && !checked.includes(name)), []);
});

for (const when of ["a valid", "an expired"]) {
  readyDeskTest(`looking changes nothing, with ${when} access token`, async (desk) => {
    const env = {
      ...simulatedApp(desk.oura.url),
      DATABASE_URL: desk.databaseUrl,
      OURA_TOKEN_KEY: generateTokenKey().toBase64(),
    };
    await Deno.writeTextFile(`${desk.directory}/.env.killed.oura-sync.tmp`, "");
    assert.equal((await desk.run(["migrate"], env)).exitCode, 0);
    const db = await openPostgres({ kind: "url", url: desk.databaseUrl }, { schema: "oura" });
    try {
      await signInUnattended(loadSettings(env), db);
      const synced = await desk.run(["sync", "--types", "daily_sleep"], env);
      assert.equal(synced.exitCode, 0, synced.err);
      if (when === "an expired") {
        await db.exec("UPDATE oura.oauth_tokens SET expires_at = now() - interval '1 hour'");
      }
      for (const args of LOOKS) {
        const before = await everything(db, desk);
        const { exitCode, err } = await desk.run(args, env);
        if (args.includes("--dry-run")) assert.equal(exitCode, 0, err);
        assert.deepEqual(await everything(db, desk), before, `${args.join(" ")}\n${err}`);
      }
    } finally {
      await db.close();
    }
  });
}

/** All rows with the transaction that wrote them, all files, and the stored tokens. */
async function everything(db: Database, { directory }: Desk) {
  const { rows: tables } = await db.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables " +
      "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
  );
  const rows: unknown[] = [];
  for (const { name } of tables) {
    const found = await db.query<{ digest: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t.xmin || t::text, ',' ORDER BY t.ctid)), '')
        AS digest FROM ${name} t`,
    );
    rows.push([name, found.rows[0]!.digest]);
  }
  return { rows, files: await files(directory) };
}

async function files(directory: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    const { size, mtime } = await Deno.stat(path);
    found.push([path, size, mtime?.getTime(), isDirectory ? await files(path) : []]);
  }
  return found.sort();
}
