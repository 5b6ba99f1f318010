/** Whose access tokens these are: what Oura said once, so that it need not be asked before each sync. */
import { createHash } from "node:crypto";
import { FORGET } from "./runs.ts";
import type { Queryable } from "../driver/database.ts";

/** Tells a token from others, and cannot be turned back into it: tokens are long and random. */
function digestOf(token: string): string {
  return createHash("sha256").update(`oura-sync owner of ${token}`).digest("hex");
}

/** The wearer whose token this is; null where no sync has asked Oura yet. */
export async function ownerOfToken(db: Queryable, token: string): Promise<string | null> {
  const { rows } = await db.query<{ user_id: string }>(
    "SELECT user_id FROM oura.token_owners WHERE token_digest = $1",
    [digestOf(token)],
  );
  return rows.length === 1 ? rows[0]!.user_id : null;
}

/**
 * Remembers whose token this is, in place of the wearer's last one. Remembers nothing for a wearer
 * who is being forgotten.
 */
export async function rememberOwner(db: Queryable, token: string, userId: string): Promise<void> {
  await db.query(
    `INSERT INTO oura.token_owners AS o (user_id, token_digest, updated_at)
    SELECT $1::text, $2::text, $3::timestamptz WHERE NOT EXISTS (
      SELECT 1 FROM oura.sync_leases
      WHERE user_id = $1 AND data_type = $4 AND expires_at > clock_timestamp()
    )
    ON CONFLICT (user_id) DO UPDATE
      SET token_digest = excluded.token_digest, updated_at = excluded.updated_at
      WHERE o.token_digest <> excluded.token_digest`,
    [userId, digestOf(token), new Date(), FORGET],
  );
}
