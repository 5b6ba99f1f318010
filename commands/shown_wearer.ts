/** Whose data a command shows, for a role that may not read the sign-ins too. */
import type { Database } from "../lib/db/driver/database.ts";
import { hasTables } from "../lib/db/migrate/migrate.ts";
import { chooseKnown, knownWearers } from "../reports/known_wearers.ts";

/**
 * The wearer asked for, else the first one; undefined where none has synced yet.
 * @throws {UsageError} When the one asked for is not among those who have.
 */
export async function shownWearer(
  db: Database,
  asked: string | undefined,
): Promise<string | undefined> {
  return chooseKnown(await hasTables(db) ? await knownWearers(db) : [], asked)[0]?.userId;
}
