/** What Oura answered for single data types before: so that a known refusal is not asked for again. */
import LAST_ANSWERS from "../../../sql/queries/last_answers.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";

/** A refusal of one data type beside others that were answered. */
export interface KnownRefusal {
  readonly status: number;
  /** When the run began that met it. */
  readonly at: Date;
}

/** The data types of a wearer whose latest answer since an instant was a refusal, by name. */
export async function knownRefusals(
  db: Queryable,
  userId: string,
  dataTypes: readonly string[],
  since: Date,
): Promise<Map<string, KnownRefusal>> {
  const { rows } = await db.query<{ data_type: string; http_status: number; started_at: Date }>(
    LAST_ANSWERS,
    [userId, dataTypes, since],
  );
  return new Map(
    rows.map((row) => [row.data_type, { status: row.http_status, at: row.started_at }]),
  );
}
