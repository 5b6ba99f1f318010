/**
 * Stored documents, one JSON object a line. With the wearer and the times of its row, so that
 * `replay --from-files` makes the same tables of them.
 */
import type { PipelineType } from "../../config/model.ts";
import type { Transaction } from "../../lib/db/driver/database.ts";
import { type RowFilter, selectDocuments } from "./export_table.ts";
import { instantText } from "./instant_text.ts";

/** Documents with arrays are large: this many are in memory at once. */
const DOCUMENTS = 200;

interface DocumentRow extends Record<string, unknown> {
  user_id: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  /** JSON text. */
  document: string;
}

/** Yields the documents of a data type as pieces of NDJSON, each of whole lines. */
export async function* ndjsonPieces(
  tx: Transaction,
  type: PipelineType,
  filter: RowFilter,
): AsyncGenerator<{ text: string; rows: number }> {
  const { sql, params } = selectDocuments(type, filter);
  const batches = tx.stream<DocumentRow>(sql, params, { batchRows: DOCUMENTS });
  for await (const { rows } of batches) {
    let text = "";
    for (const { document, ...row } of rows) {
      const facts = {
        data_type: type.name,
        user_id: row.user_id,
        created_at: instantText(row.created_at),
        updated_at: instantText(row.updated_at),
        deleted_at: row.deleted_at === null ? null : instantText(row.deleted_at),
      };
      // The document goes in as PostgreSQL has it: parsing would round large numbers.
      text += `${JSON.stringify(facts).slice(0, -1)},"document":${document}}\n`;
    }
    if (rows.length > 0) yield { text, rows: rows.length };
  }
}
