import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { deleteGrant, listGrants, readGrant, saveGrant } from "../../lib/db/vault/grants.ts";
import { endGrant } from "../../lib/db/vault/refresh_claim.ts";
import { forEachDatabase } from "../support/databases.ts";
import { freshKeyring, newGrant } from "./grants.ts";

forEachDatabase("saveGrant() and readGrant() keep everything of a grant", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  assert.equal(await readGrant(vault, "wearer-1"), null);
  const grant = newGrant();
  await saveGrant(vault, grant);
  assert.deepEqual(await readGrant(vault, "wearer-1"), {
    ...grant,
    keyId: vault.keyring.current.id,
    state: "active",
    needsLoginReason: null,
    refreshedAt: null,
    version: 1,
    sealVersion: 2,
  });
});

forEachDatabase("a new sign-in revives a dead grant and counts as a new version", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant({ scopes: null }));
  await endGrant(db, "wearer-1", 1, "used up");
  const dead = await readGrant(vault, "wearer-1");
  assert.deepEqual([dead?.state, dead?.needsLoginReason, dead?.scopes], [
    "needs_login",
    "used up",
    null,
  ]);
  await saveGrant(vault, newGrant({ accessToken: "access-two" }));
  const alive = await readGrant(vault, "wearer-1");
  assert.deepEqual([alive?.state, alive?.needsLoginReason, alive?.accessToken, alive?.version], [
    "active",
    null,
    "access-two",
    2,
  ]);
});

forEachDatabase("listGrants() needs no key, shows no token, first come first", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant({ userId: "b", obtainedAt: new Date("2026-01-01T00:00:00Z") }));
  await saveGrant(vault, newGrant({ userId: "a", obtainedAt: new Date("2026-02-01T00:00:00Z") }));
  const listed = await listGrants(db);
  assert.deepEqual(listed.map(({ userId }) => userId), ["b", "a"]);
  assert.doesNotMatch(JSON.stringify(listed), /token-one/);
  await deleteGrant(db, "b");
  assert.deepEqual((await listGrants(db)).map(({ userId }) => userId), ["a"]);
});

forEachDatabase("a row copied to another wearer does not decrypt", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant({ userId: "mine" }));
  await saveGrant(vault, newGrant({ userId: "yours", accessToken: "a2", refreshToken: "r2" }));
  await db.query(
    `UPDATE ${table(db)} AS mine SET access_token = yours.access_token
     FROM ${table(db)} AS yours WHERE mine.user_id = 'mine' AND yours.user_id = 'yours'`,
  );
  await assert.rejects(readGrant(vault, "mine"), { code: "VAULT_ALTERED" });
});

forEachDatabase("no column holds a token in clear", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant());
  const { rows } = await db.query<{ row: string }>(
    `SELECT row_to_json(t)::text || encode(access_token, 'escape') || encode(refresh_token, 'escape')
       AS row FROM ${table(db)} AS t`,
  );
  assert.doesNotMatch(rows[0]!.row, /token-one/);
});

function table(db: Database): string {
  return `${quoteIdentifier(db.schema)}.oauth_tokens`;
}
