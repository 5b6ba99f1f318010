/** Moves every stored token to the keyring's current key. */
import lockAllSql from "../../../sql/queries/lock_all_grants.sql" with { type: "text" };
import lockSql from "../../../sql/queries/lock_grant.sql" with { type: "text" };
import reencryptSql from "../../../sql/queries/reencrypt_grant.sql" with { type: "text" };
import { BusyError } from "../../errors.ts";
import { SEAL_VERSION } from "./cipher.ts";
import { sealPair, toGrant, type Vault } from "./grant.ts";
import { type ClaimedRow, isClaimLive } from "./refresh_claim.ts";

/**
 * Re-encrypts all grants in one transaction: afterwards the current key is the only one needed.
 * @returns How many rows were under another key, or sealed in an earlier format.
 * @throws {BusyError} While a refresh is under way: it would store its result with the old key.
 * @throws {UsageError} When a row needs a key the keyring lacks. Nothing is changed then.
 */
export function reencryptGrants(vault: Vault): Promise<number> {
  return vault.db.transaction(async (tx) => {
    const { rows } = await tx.query<ClaimedRow>(lockAllSql);
    if (rows.some(isClaimLive)) {
      throw new BusyError("TOKEN_REFRESH_IN_PROGRESS", "A sign-in is being refreshed right now.", {
        hint: "Try again in a minute.",
      });
    }
    const old = rows.filter((row) =>
      row.key_id !== vault.keyring.current.id || row.key_version !== SEAL_VERSION
    );
    for (const row of old) {
      const grant = await toGrant(row, vault.keyring);
      const sealed = await sealPair(vault.keyring, grant, grant);
      await tx.query(reencryptSql, [row.user_id, ...sealed]);
    }
    return old.length;
  });
}

/**
 * Seals the tokens of one wearer in the current format, which binds them to their endpoints. The row
 * keeps its version: it is the same pair.
 */
export async function resealGrant(vault: Vault, userId: string): Promise<void> {
  await vault.db.transaction(async (tx) => {
    const row = (await tx.query<ClaimedRow>(lockSql, [userId])).rows[0];
    if (!row || row.key_version === SEAL_VERSION) return;
    const grant = await toGrant(row, vault.keyring);
    const sealed = await sealPair(vault.keyring, grant, grant);
    await tx.query(reencryptSql, [userId, ...sealed]);
  });
}
