/** Whom the database has heard of, also for a role that may not read the sign-ins. */
import type { Queryable } from "../lib/db/driver/database.ts";
import { mayRead } from "../lib/db/store/readable.ts";
import { lastRuns } from "../lib/db/store/status.ts";
import { readLabels } from "../lib/db/store/wearers.ts";
import { UsageError } from "../lib/errors.ts";
import type { GrantSummary } from "../lib/db/vault/grant.ts";
import { listGrants } from "../lib/db/vault/grants.ts";
import { command } from "../lib/program_command.ts";

/** A wearer the database has heard of. */
export interface KnownWearer {
  userId: string;
  /** Null for a static token, after signing out, and for a role that may not read sign-ins. */
  grant: GrantSummary | null;
  /** What the lab calls the wearer. */
  label: string | null;
}

/** Everyone who signed in or was synced, the first signed-in one first. */
export async function knownWearers(db: Queryable): Promise<KnownWearer[]> {
  const grants = await grantsOf(db);
  const synced = (await lastRuns(db)).map((run) => run.user_id);
  const ids = new Set([...grants.map(({ userId }) => userId), ...synced]);
  const byId = new Map(grants.map((grant) => [grant.userId, grant]));
  const labels = await readLabels(db);
  return [...ids].map((userId) => ({
    userId,
    grant: byId.get(userId) ?? null,
    label: labels.get(userId) ?? null,
  }));
}

/** The sign-in of a wearer; null as for {@linkcode KnownWearer}. */
export async function grantOf(db: Queryable, userId: string): Promise<GrantSummary | null> {
  return (await grantsOf(db)).find((grant) => grant.userId === userId) ?? null;
}

/** The sign-ins; none for a role that may not read them, which sees everything else. */
export async function grantsOf(db: Queryable): Promise<GrantSummary[]> {
  return await mayRead(db, "oauth_tokens") ? await listGrants(db) : [];
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
      hint: `${command("status")} shows the wearers.`,
    });
  }
  return wearers;
}
