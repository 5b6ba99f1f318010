import type { Transaction } from "../../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
import type { Table } from "../table.ts";

/**
 * Removes the samples of documents that got `deleted_at` in this transaction. Samples have no
 * `deleted_at` of their own: the document keeps them in `raw_data`, and brings them back when Oura
 * returns it.
 */
export async function removeBuriedSamples(
  tx: Transaction,
  table: Table,
  userId: string,
): Promise<void> {
  if (table.timeKeyed || table.series.length === 0) return;
  // As a parameter, and as text, which keeps the microseconds: the machine that holds the rows of a
  // distributed table has a transaction, and so a now(), of its own.
  const { rows: [began] } = await tx.query<{ at: string }>("SELECT now()::text AS at");
  for (const { name } of table.series) {
    await tx.query(
      `DELETE FROM oura.${q(name)} s USING oura.${q(table.name)} p
        WHERE s.user_id = $1 AND p.user_id = $1 AND s.document_id = p.id
          AND p.deleted_at = $2::timestamptz`,
      [userId, began!.at],
    );
  }
}
