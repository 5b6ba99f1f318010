/** Moves every stored token to the keyring's current key. */
import listWearersSql from "../../../sql/queries/list_wearers_with_grant.sql" with { type: "text" };
import lockSql from "../../../sql/queries/lock_grant.sql" with { type: "text" };
import reencryptSql from "../../../sql/queries/reencrypt_grant.sql" with { type: "text" };
import { BusyError } from "../../errors.ts";
import type { Queryable } from "../driver/database.ts";
import { SEAL_VERSION } from "./cipher.ts";
import { sealPair, toGrant, type Vault } from "./grant.ts";
import { type ClaimedRow, isClaimLive } from "./refresh_claim.ts";

/**
 * Re-encrypts all grants in one transaction: afterwards the current key is the only one needed. Rows
 * are locked wearer by wearer, because a distributed table takes no lock over several of them.
 * @returns How many rows were under another key, or sealed in an earlier format.
 * @throws {BusyError} While a refresh is under way: it would store its result with the old key.
 * @throws {UsageError} When a row needs a key the keyring lacks. Nothing is changed then.
 */
export function reencryptGrants(vault: Vault): Promise<number> {
  return vault.db.transaction(async (tx) => {
    const wearers = await tx.query<{ user_id: string }>(listWearersSql);
    let sealed = 0;
    for (const { user_id } of wearers.rows) {
      const row = await lockGrant(tx, user_id);
      if (!row) continue;
      if (isClaimLive(row)) {
        throw new BusyError(
          "TOKEN_REFRESH_IN_PROGRESS",
          "A sign-in is being refreshed right now.",
          { hint: "Try again in a minute." },
        );
      }
      if (row.key_id === vault.keyring.current.id && row.key_version === SEAL_VERSION) continue;
      await seal(tx, vault.keyring, row);
      sealed++;
    }
    return sealed;
  });
}

/**
 * Seals the tokens of one wearer in the current format, which binds them to their endpoints. The row
 * keeps its version: it is the same pair.
 */
export async function resealGrant(vault: Vault, userId: string): Promise<void> {
  await vault.db.transaction(async (tx) => {
    const row = await lockGrant(tx, userId);
    if (!row || row.key_version === SEAL_VERSION) return;
    await seal(tx, vault.keyring, row);
  });
}

async function lockGrant(tx: Queryable, userId: string): Promise<ClaimedRow | undefined> {
  return (await tx.query<ClaimedRow>(lockSql, [userId])).rows[0];
}

async function seal(tx: Queryable, keyring: Vault["keyring"], row: ClaimedRow): Promise<void> {
  const grant = await toGrant(row, keyring);
  await tx.query(reencryptSql, [row.user_id, ...await sealPair(keyring, grant, grant)]);
}
