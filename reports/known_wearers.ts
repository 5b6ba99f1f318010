/** Whom the database has heard of, also for a role that may not read the sign-ins. */
import type { Queryable } from "../lib/db/driver/database.ts";
import { lastRuns } from "../lib/db/store/status.ts";
import { UsageError } from "../lib/errors.ts";
import type { GrantSummary } from "../lib/db/vault/grant.ts";
import { listGrants } from "../lib/db/vault/grants.ts";

/** A wearer the database has heard of. */
export interface KnownWearer {
  userId: string;
  /** Null for a static token, after signing out, and for a role that may not read sign-ins. */
  grant: GrantSummary | null;
}

/** Everyone who signed in or was synced, the first signed-in one first. */
export async function knownWearers(db: Queryable): Promise<KnownWearer[]> {
  const grants = await grantsOf(db);
  const synced = (await lastRuns(db)).map((run) => run.user_id);
  const ids = new Set([...grants.map(({ userId }) => userId), ...synced]);
  return [...ids].map((userId) => ({
    userId,
    grant: grants.find((grant) => grant.userId === userId) ?? null,
  }));
}

/** The sign-in of a wearer; null as for {@linkcode KnownWearer}. */
export async function grantOf(db: Queryable, userId: string): Promise<GrantSummary | null> {
  return (await grantsOf(db)).find((grant) => grant.userId === userId) ?? null;
}

/** The sign-ins; none for a role that may not read them, which sees everything else. */
async function grantsOf(db: Queryable): Promise<GrantSummary[]> {
  const { rows } = await db.query<{ allowed: boolean }>(
    `SELECT has_table_privilege(c.oid, 'SELECT') AS allowed
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = 'oauth_tokens'`,
    [db.schema],
  );
  return rows[0]?.allowed === true ? await listGrants(db) : [];
}

/**
 * The wearer asked for, or everyone.
 * @throws {UsageError} When the one asked for is not among them: nothing found would look like all
 *   well.
 */
export function chooseKnown(
  known: readonly KnownWearer[],
  userId: string | undefined,
): KnownWearer[] {
  const wearers = known.filter((wearer) => userId === undefined || wearer.userId === userId);
  if (wearers.length === 0 && known.length > 0) {
    throw new UsageError("UNKNOWN_WEARER", `this database knows no wearer ${userId}`, {
      hint: "`oura-sync status` shows the wearers.",
    });
  }
  return wearers;
}
