/** Whose data a command shows, for a role that may not read the sign-ins too. */
import type { Database } from "../lib/db/driver/database.ts";
import { wearerNamed } from "../lib/db/store/wearers.ts";
import { hasTables } from "../lib/db/migrate/migrate.ts";
import { UsageError } from "../lib/errors.ts";
import { wearersOf } from "../reports/freshness/wearers.ts";

/**
 * The wearer asked for, by id or label, else the first one; undefined where none has synced yet.
 * @throws {UsageError} When the one asked for is not among those who have.
 */
export async function shownWearer(
  db: Database,
  asked: string | undefined,
): Promise<string | undefined> {
  const wearers = await hasTables(db) ? await wearersOf(db) : [];
  if (asked === undefined || wearers.length === 0) return wearers[0];
  const userId = await wearerNamed(db, asked);
  if (wearers.includes(userId)) return userId;
  throw new UsageError("UNKNOWN_WEARER", `no wearer ${asked} in this database`, {
    hint: "Run `status` to see the wearers.",
  });
}
