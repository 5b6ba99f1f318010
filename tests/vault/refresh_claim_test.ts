import assert from "node:assert/strict";
import { readGrant, saveGrant } from "../../lib/db/vault/grants.ts";
import { reencryptGrants } from "../../lib/db/vault/reencrypt.ts";
import {
  claimRefresh,
  endGrant,
  releaseClaim,
  storeRefreshed,
} from "../../lib/db/vault/refresh_claim.ts";
import { generateTokenKey, keyringOf } from "../../lib/db/vault/token_key.ts";
import { onServerFirst } from "../support/server_first.ts";
import { freshKeyring, newGrant } from "./grants.ts";

const always = () => true;
const renewed = {
  accessToken: "access-token-two",
  refreshToken: "refresh-token-two",
  expiresAt: new Date("2027-01-01T00:00:00Z"),
  scopes: ["daily"],
  refreshedAt: new Date("2026-11-30T00:00:00Z"),
};

onServerFirst("one holder at a time; the others are told how long to wait", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant());
  const first = await claimRefresh(vault, "wearer-1", claim("one"));
  assert.equal(first.kind, "claimed");
  const second = await claimRefresh(vault, "wearer-1", claim("two"));
  assert.ok(second.kind === "busy" && second.leftMs > 0 && second.leftMs <= 60_000);
  await releaseClaim(db, "wearer-1", "two", false);
  assert.equal((await claimRefresh(vault, "wearer-1", claim("two"))).kind, "busy", "not its claim");
  await releaseClaim(db, "wearer-1", "one", false);
  const third = await claimRefresh(vault, "wearer-1", claim("two"));
  assert.ok(third.kind === "claimed" && third.inDoubtSince === null);
});

onServerFirst(
  "the claim of a COMMIT with unknown outcome is recognised as one's own",
  async (db) => {
    const vault = { db, keyring: await freshKeyring() };
    await saveGrant(vault, newGrant());
    await claimRefresh(vault, "wearer-1", claim("one"));
    const again = await claimRefresh(vault, "wearer-1", claim("one"));
    assert.ok(again.kind === "claimed" && again.inDoubtSince === null);
  },
);

onServerFirst("a claim that ran out without a result keeps its first start", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant());
  await claimRefresh(vault, "wearer-1", claim("one", 0));
  const second = await claimRefresh(vault, "wearer-1", claim("two"));
  assert.ok(second.kind === "claimed" && second.inDoubtSince instanceof Date);
  await releaseClaim(db, "wearer-1", "two", true);
  const third = await claimRefresh(vault, "wearer-1", claim("three"));
  assert.ok(third.kind === "claimed");
  assert.deepEqual(third.inDoubtSince, second.inDoubtSince);
});

onServerFirst("a fresher pair is adopted instead of claimed", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant({ accessToken: "fresher" }));
  const result = await claimRefresh(vault, "wearer-1", {
    ...claim("one"),
    isStale: ({ accessToken }) => accessToken === "refused",
  });
  assert.ok(result.kind === "fresh" && result.grant.accessToken === "fresher");
});

onServerFirst("a dead or missing grant cannot be claimed", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  assert.equal((await claimRefresh(vault, "wearer-1", claim("one"))).kind, "missing");
  await saveGrant(vault, newGrant());
  await endGrant(db, "wearer-1", 1, "used up");
  assert.deepEqual(await claimRefresh(vault, "wearer-1", claim("one")), {
    kind: "needs_login",
    reason: "used up",
  });
});

onServerFirst("storing a pair clears the claim and moves the version on", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant());
  await claimRefresh(vault, "wearer-1", claim("one"));
  const former = { ...newGrant(), version: 1 };
  assert.equal(await storeRefreshed(vault, former, renewed), true);
  assert.equal(await storeRefreshed(vault, former, renewed), false, "the row has moved on");
  const grant = await readGrant(vault, "wearer-1");
  assert.deepEqual(
    [grant?.accessToken, grant?.refreshToken, grant?.version, grant?.refreshedAt, grant?.scopes],
    ["access-token-two", "refresh-token-two", 2, renewed.refreshedAt, ["daily"]],
  );
  const next = await claimRefresh(vault, "wearer-1", claim("two"));
  assert.ok(next.kind === "claimed" && next.inDoubtSince === null);
});

onServerFirst("a holder that comes late heals a grant declared dead meanwhile", async (db) => {
  const vault = { db, keyring: await freshKeyring() };
  await saveGrant(vault, newGrant());
  await claimRefresh(vault, "wearer-1", claim("slow", 0));
  await claimRefresh(vault, "wearer-1", claim("quick"));
  assert.equal(await endGrant(db, "wearer-1", 1, "already used"), true);
  assert.equal(await storeRefreshed(vault, { ...newGrant(), version: 1 }, renewed), true);
  const grant = await readGrant(vault, "wearer-1");
  assert.deepEqual([grant?.state, grant?.needsLoginReason], ["active", null]);
  assert.equal(await endGrant(db, "wearer-1", 1, "already used"), false, "too late to end it");
});

onServerFirst(
  "reencryptGrants() leaves every token readable with the new key alone",
  async (db) => {
    const [old, fresh] = [generateTokenKey(), generateTokenKey()];
    const before = { db, keyring: await keyringOf(old) };
    await saveGrant(before, newGrant());
    await saveGrant(before, newGrant({ userId: "wearer-2" }));
    assert.equal(await reencryptGrants({ db, keyring: await keyringOf(fresh, old) }), 2);
    const after = { db, keyring: await keyringOf(fresh) };
    assert.equal((await readGrant(after, "wearer-2"))?.refreshToken, "refresh-token-one");
    assert.equal(await reencryptGrants(after), 0);
    await assert.rejects(readGrant(before, "wearer-1"), { code: "TOKEN_KEY_WRONG" });
  },
);

onServerFirst("reencryptGrants() changes nothing when a key is missing", async (db) => {
  const mine = { db, keyring: await freshKeyring() };
  const other = { db, keyring: await freshKeyring() };
  await saveGrant(mine, newGrant());
  await saveGrant(other, newGrant({ userId: "wearer-2" }));
  const keyring = { ...mine.keyring, current: (await freshKeyring()).current };
  await assert.rejects(reencryptGrants({ db, keyring }), { code: "TOKEN_KEY_WRONG" });
  assert.equal((await readGrant(mine, "wearer-1"))?.accessToken, "access-token-one");
});

onServerFirst(
  "reencryptGrants() waits for no refresh: it says that one is under way",
  async (db) => {
    const vault = { db, keyring: await freshKeyring() };
    await saveGrant(vault, newGrant());
    await claimRefresh(vault, "wearer-1", claim("one"));
    await assert.rejects(reencryptGrants(vault), {
      code: "TOKEN_REFRESH_IN_PROGRESS",
      exitCode: 75,
    });
  },
);

function claim(holder: string, ttlMs = 60_000) {
  return { holder, ttlMs, isStale: always };
}
