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
  if (table.timeKeyed) return;
  for (const { name } of table.series) {
    await tx.query(
      `DELETE FROM oura.${q(name)} s USING oura.${q(table.name)} p
        WHERE s.user_id = $1 AND p.user_id = $1 AND s.document_id = p.id AND p.deleted_at = now()`,
      [userId],
    );
  }
}
