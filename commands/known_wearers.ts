import type { Database } from "../lib/db/database.ts";
import { lastRuns } from "../lib/db/status.ts";
import type { GrantSummary } from "../lib/db/vault/grant.ts";
import { listGrants } from "../lib/db/vault/grants.ts";

/** A wearer the database has heard of. */
export interface KnownWearer {
  userId: string;
  /** Null for a static token, and after signing out. */
  grant: GrantSummary | null;
}

/** Everyone who signed in or was synced, the first signed-in one first. */
export async function knownWearers(db: Database): Promise<KnownWearer[]> {
  const grants = await listGrants(db);
  const synced = (await lastRuns(db)).map((run) => run.user_id);
  const ids = new Set([...grants.map(({ userId }) => userId), ...synced]);
  return [...ids].map((userId) => ({
    userId,
    grant: grants.find((grant) => grant.userId === userId) ?? null,
  }));
}
