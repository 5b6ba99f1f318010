/**
 * Who may spend a refresh token. Taking the claim is one short, committed transaction, so that a
 * crash leaves a mark; every later statement is guarded, so that a holder who comes too late does no
 * harm. No session state: it works through PgBouncer in transaction mode.
 */
import claimSql from "../../../sql/queries/claim_refresh.sql" with { type: "text" };
import clearSql from "../../../sql/queries/clear_refresh_claim.sql" with { type: "text" };
import endSql from "../../../sql/queries/end_grant.sql" with { type: "text" };
import expireSql from "../../../sql/queries/expire_refresh_claim.sql" with { type: "text" };
import lockSql from "../../../sql/queries/lock_grant.sql" with { type: "text" };
import storeSql from "../../../sql/queries/store_refreshed_grant.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";
import { type RetryOptions, retryTransaction } from "../driver/retry_transaction.ts";
import {
  type Grant,
  type GrantOwner,
  type GrantRow,
  sealPair,
  toGrant,
  type TokenPair,
  type Vault,
} from "./grant.ts";

/** A row with the state of its claim. */
export interface ClaimedRow extends GrantRow {
  claim_holder: string | null;
  claim_started_at: Date | null;
  /** By the database's clock; negative when the claim has run out, null without a claim. */
  claim_left_ms: number | null;
  /** When the row was locked, by the database's clock. */
  locked_at: Date;
}

/** What came of asking for the claim. */
export type ClaimResult =
  | {
    readonly kind: "claimed";
    readonly grant: Grant;
    /** Since when an earlier refresh has no known outcome; null in the normal case. */
    readonly inDoubtSince: Date | null;
  }
  /** Another process has already refreshed the pair. */
  | { readonly kind: "fresh"; readonly grant: Grant }
  /** Another process is refreshing it, for at most this long. */
  | { readonly kind: "busy"; readonly leftMs: number }
  | { readonly kind: "needs_login"; readonly reason: string }
  | { readonly kind: "missing" };

/** Whether another process holds a claim that has not run out. */
export function isClaimLive(row: ClaimedRow): boolean {
  return row.claim_holder !== null && (row.claim_left_ms ?? 0) > 0;
}

/**
 * Asks for the right to refresh a wearer's grant.
 * @param options.holder Unique to this attempt.
 * @param options.isStale Whether the stored pair is still the one to be replaced.
 */
export function claimRefresh(
  vault: Vault,
  userId: string,
  options: { holder: string; ttlMs: number; isStale: (grant: Grant) => boolean },
): Promise<ClaimResult> {
  return retryTransaction(vault.db, async (tx): Promise<ClaimResult> => {
    const row = (await tx.query<ClaimedRow>(lockSql, [userId])).rows[0];
    if (!row) return { kind: "missing" };
    if (row.state === "needs_login") {
      return { kind: "needs_login", reason: row.needs_login_reason ?? "The grant is dead." };
    }
    const grant = await toGrant(row, vault.keyring);
    if (!options.isStale(grant)) return { kind: "fresh", grant };
    // After a COMMIT of unknown outcome the claim found here may be this very attempt's own.
    const isOwn = row.claim_holder === options.holder;
    if (!isOwn && isClaimLive(row)) return { kind: "busy", leftMs: row.claim_left_ms ?? 0 };
    await tx.query(claimSql, [userId, options.holder, row.locked_at, options.ttlMs]);
    return { kind: "claimed", grant, inDoubtSince: isOwn ? null : row.claim_started_at };
  });
}

/**
 * Stores the pair a refresh of `previous` brought and clears the claim.
 * @returns False when the row has moved on since: a newer pair or sign-in is in place.
 */
export async function storeRefreshed(
  vault: Vault,
  previous: GrantOwner & { version: number },
  renewed: TokenPair & {
    scopes: readonly string[] | null;
    refreshedAt: Date;
    /** The version of the row that the pair was made from. @default That of `previous` */
    version?: number;
  },
  retry: RetryOptions = {},
): Promise<boolean> {
  const parameters = [
    previous.userId,
    previous.version,
    ...await sealPair(vault.keyring, previous, renewed),
    renewed.expiresAt,
    renewed.scopes,
    renewed.refreshedAt,
    renewed.version ?? previous.version,
  ];
  const sql = storeSql;
  return await retryTransaction(vault.db, async (tx) => {
    return (await tx.query(sql, parameters)).rowCount === 1;
  }, retry);
}

/** Gives the claim back. With `inDoubt` its mark stays, free for the next one to try. */
export async function releaseClaim(
  db: Queryable,
  userId: string,
  holder: string,
  inDoubt: boolean,
): Promise<void> {
  await db.query(inDoubt ? expireSql : clearSql, [userId, holder]);
}

/**
 * Marks a grant as dead, unless its pair has changed since `version`.
 * @returns False when it has: another process was faster, and the grant is valid.
 */
export async function endGrant(
  db: Queryable,
  userId: string,
  version: number,
  reason: string,
): Promise<boolean> {
  return (await db.query(endSql, [userId, version, reason])).rowCount === 1;
}
