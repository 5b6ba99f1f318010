/** The types of a table's columns, which the binary format of COPY does not carry. */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import { SqlError } from "../../../lib/db/driver/errors/errors.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
import { type Table, valueColumns } from "../table.ts";

/** SQLSTATE `datatype_mismatch`. */
const TYPE_DIFFERS = "42804";

/**
 * Makes sure that the columns still have the types that the program knows. Where `apply` or a person
 * changes one in the middle of a run, four bytes of a whole number could pass for a fraction. Call it
 * after the last COPY: a later change converts what is stored.
 * @throws {SqlError} When a column has another type, or is gone.
 */
export async function requireColumnTypes(tx: Transaction, table: Table): Promise<void> {
  const columns = valueColumns(table);
  const { rows: [found] } = await tx.query<{ same: number }>(
    `SELECT count(*)::int AS same FROM pg_attribute AS a
    JOIN unnest($2::text[], $3::regtype[]) AS known (name, type)
      ON a.attname = known.name AND a.atttypid = known.type
    WHERE a.attrelid = $1::regclass AND NOT a.attisdropped`,
    [
      `${q(tx.schema)}.${q(table.name)}`,
      columns.map(({ name }) => name),
      columns.map(({ type }) => type),
    ],
  );
  if (found!.same === columns.length) return;
  throw new SqlError(
    "DATABASE_STATEMENT",
    "the type of a column was changed while rows were being loaded",
    { sqlState: TYPE_DIFFERS, retryable: false, table: table.name },
    { hint: "The next run reads these days again and corrects what differs." },
  );
}
