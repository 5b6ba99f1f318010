/** Reading, saving and removing grants; the refresh of one is in `refresh_claim.ts`. */
import deleteSql from "../../../sql/queries/delete_grant.sql" with { type: "text" };
import listSql from "../../../sql/queries/list_grants.sql" with { type: "text" };
import readSql from "../../../sql/queries/read_grant.sql" with { type: "text" };
import saveSql from "../../../sql/queries/save_grant.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";
import { retryTransaction } from "../driver/retry_transaction.ts";
import { syncBy } from "../store/jobs/sync_schedule.ts";
import {
  type Grant,
  type GrantRow,
  type GrantSummary,
  type NewGrant,
  sealPair,
  type SummaryRow,
  toGrant,
  toSummary,
  type Vault,
} from "./grant.ts";

/** Everyone who signed in, first come first. Needs no key. */
export async function listGrants(db: Queryable): Promise<GrantSummary[]> {
  const { rows } = await db.query<SummaryRow>(listSql);
  return rows.map(toSummary);
}

/** A wearer's grant, decrypted; null when the wearer is not signed in. */
export async function readGrant(vault: Vault, userId: string): Promise<Grant | null> {
  const { rows } = await vault.db.query<GrantRow>(readSql, [userId]);
  return rows[0] ? await toGrant(rows[0], vault.keyring) : null;
}

/**
 * Stores the grant of a sign-in, in place of any previous grant of the wearer. Connections that broke
 * while the person was busy at Oura's page are opened again.
 * @param before What is done first in the same transaction; it must be safe to run twice.
 */
export async function saveGrant(
  vault: Vault,
  grant: NewGrant,
  before: (tx: Queryable, userId: string) => Promise<void> = async () => {},
): Promise<void> {
  const parameters = [
    grant.userId,
    ...await sealPair(vault.keyring, grant, grant),
    grant.expiresAt,
    grant.scopes,
    grant.portal,
    grant.tokenUrl,
    grant.revokeUrl,
    grant.clientId,
    grant.obtainedAt,
  ];
  const sql = saveSql;
  await retryTransaction(vault.db, async (tx) => {
    await before(tx, grant.userId);
    await tx.query(sql, parameters);
    // Who signs in again has waited for as long as the sign-in had ended.
    await syncBy(tx, grant.userId, grant.obtainedAt);
  });
}

/** Removes a wearer's grant; the wearer's data stays. */
export async function deleteGrant(db: Queryable, userId: string): Promise<void> {
  await db.query(deleteSql, [userId]);
}
