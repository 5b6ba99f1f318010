/**
 * Marks documents that Oura no longer returns. Strict, because an empty or partial answer must never
 * look like a deletion: only after a complete and non-empty reading, and only for days inside the
 * asked window, whose edges are ambiguous.
 */
import type { PipelineType } from "../config/model.ts";
import { addDays, type DaySpan } from "../lib/days.ts";
import type { Transaction } from "../lib/db/database.ts";
import { inSchema, quoteIdentifier as q } from "../lib/db/identifiers.ts";
import type { Table } from "./table.ts";
import { KEY_SEPARATOR } from "./document_key.ts";

/** Collects the keys a window returned, and buries what is missing from them. */
export class SeenDocuments {
  readonly #type: PipelineType;
  readonly #table: Table;
  readonly #keys = new Set<string>();
  readonly #from: string;
  readonly #until: string;
  #anonymous = false;

  /** @param span The days the window completes. */
  constructor(type: PipelineType, table: Table, readonly span: DaySpan) {
    this.#type = type;
    this.#table = table;
    this.#from = `${span.from}T00:00:00.000Z`;
    this.#until = `${addDays(span.to, 1)}T00:00:00.000Z`;
  }

  /**
   * Notes a document, whether it was loaded or rejected: it exists. One whose key cannot be told
   * (null) may be any of the stored ones, so that none of them counts as missing.
   */
  add(key: string | null): void {
    if (key === null) {
      this.#anonymous = true;
      return;
    }
    // Samples outside the window's own days have another window to speak for them.
    if (this.#table.timeKeyed && (key < this.#from || key >= this.#until)) return;
    this.#keys.add(key);
  }

  /**
   * Sets `deleted_at` on the rows of the window's days that were not seen.
   * @returns How many.
   */
  async bury(tx: Transaction, userId: string): Promise<number> {
    if (this.#keys.size === 0 || this.#anonymous) return 0;
    if (this.#table.timeKeyed) return await this.#burySamples(tx, userId);
    const table = `oura.${q(this.#table.name)}`;
    const keys = [...this.#keys];
    if (this.#type.window.by === "none") {
      return await execute(
        tx,
        `UPDATE ${table} SET deleted_at = now(), updated_at = now()
        WHERE user_id = $1 AND deleted_at IS NULL AND NOT (id = ANY ($2::text[]))`,
        [userId, keys],
      );
    }
    // Without a day nothing says which window a document belongs to.
    if (this.#type.day === null) return 0;
    return await execute(
      tx,
      `UPDATE ${table} SET deleted_at = now(), updated_at = now()
      WHERE user_id = $1 AND deleted_at IS NULL AND day BETWEEN $2::date AND $3::date
        AND NOT (id = ANY ($4::text[]))`,
      [userId, this.span.from, this.span.to, keys],
    );
  }

  /** Tens of thousands of keys: sent only when the count says that some are missing. */
  async #burySamples(tx: Transaction, userId: string): Promise<number> {
    const table = `oura.${q(this.#table.name)}`;
    const within = `user_id = $1 AND deleted_at IS NULL
      AND "timestamp" >= $2::timestamptz AND "timestamp" < $3::timestamptz`;
    const { rows: [stored] } = await tx.query<{ count: number }>(
      inSchema(`SELECT count(*)::int AS count FROM ${table} WHERE ${within}`, tx.schema),
      [userId, this.#from, this.#until],
    );
    if (stored!.count <= this.#keys.size) return 0;
    const parts = [...this.#keys].map((key) => key.split(KEY_SEPARATOR));
    const columns = this.#table.key.map(({ name, type }, i) => ({
      name: q(name),
      type,
      values: parts.map((part) => part[i]!),
    }));
    return await execute(
      tx,
      `UPDATE ${table} AS t SET deleted_at = now(), updated_at = now() WHERE ${within}
      AND NOT EXISTS (
        SELECT 1 FROM unnest(${columns.map(({ type }, i) => `$${i + 4}::${type}[]`).join(", ")})
          AS seen(${columns.map(({ name }) => name).join(", ")})
        WHERE ${columns.map(({ name }) => `seen.${name} = t.${name}`).join(" AND ")}
      )`,
      [userId, this.#from, this.#until, ...columns.map(({ values }) => values)],
    );
  }
}

async function execute(tx: Transaction, sql: string, params: readonly unknown[]): Promise<number> {
  return (await tx.query(inSchema(sql, tx.schema), params)).rowCount;
}
