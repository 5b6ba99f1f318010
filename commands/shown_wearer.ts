/** Whose data a command shows, for a role that may not read the sign-ins too. */
import type { Database } from "../lib/db/driver/database.ts";
import { wearerNamed } from "../lib/db/store/wearers.ts";
import { hasTables } from "../lib/db/migrate/migrate.ts";
import { chooseKnown, knownWearers } from "../reports/known_wearers.ts";

/**
 * The wearer asked for, by id or label, else the first one; undefined where none has synced yet.
 * @throws {UsageError} When the one asked for is not among those who have.
 */
export async function shownWearer(
  db: Database,
  asked: string | undefined,
): Promise<string | undefined> {
  if (!await hasTables(db)) return undefined;
  const userId = asked === undefined ? undefined : await wearerNamed(db, asked);
  return chooseKnown(await knownWearers(db), userId)[0]?.userId;
}
