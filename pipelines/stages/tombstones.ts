/**
 * Marks documents that Oura no longer returns. Strict, because an empty or partial answer must never
 * look like a deletion: only after a complete reading, only for days inside the asked window, whose
 * edges are ambiguous, and only rows that no other writer touched since the reading began: they may
 * be newer than the answer. After an empty reading only what the document's own route denies, too.
 */
import type { PipelineType } from "../../config/model.ts";
import { addDays, type DaySpan } from "../../lib/values/days.ts";
import type { Queryable, Transaction } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { instantOfKey } from "./key.ts";
import { SeenSamples } from "./samples/seen_samples.ts";
import type { Table } from "./table.ts";
import type { Sample } from "./transform.ts";

/** Rows that stand as they stood when the reading began; `now()` is the transaction's begin. */
const UNTOUCHED = `deleted_at IS NULL
  AND updated_at < now() - $2::double precision * interval '1 millisecond'`;

/** What the single-document route said of documents that a list lacks. */
export interface Verdict {
  /** Ids that Oura no longer knows. */
  readonly gone: readonly string[];
  /** Ids that Oura still knows, or gave no clear answer for: they are not marked now. */
  readonly spared: readonly string[];
}

/** No document was asked for. */
export const NO_VERDICT: Verdict = { gone: [], spared: [] };

/** Collects the keys a window returned, and buries what is missing from them. */
export class SeenDocuments {
  readonly #type: PipelineType;
  readonly #table: Table;
  readonly #keys = new Set<string>();
  /** In place of the keys, where documents are samples. */
  readonly #samples: SeenSamples | null;
  /** Days do not bound what a route without a range returns: it is the whole set every time. */
  readonly #isWhole: boolean;
  /** In milliseconds since 1970. */
  readonly #from: number;
  readonly #until: number;
  #anonymous = false;
  #rejects = false;
  #stored: number | null = null;

  /** @param span The days the window completes. */
  constructor(type: PipelineType, table: Table, readonly span: DaySpan) {
    this.#type = type;
    this.#table = table;
    this.#samples = table.timeKeyed ? new SeenSamples(table) : null;
    this.#isWhole = type.window.by === "none";
    this.#from = Date.parse(`${span.from}T00:00:00Z`);
    this.#until = Date.parse(`${addDays(span.to, 1)}T00:00:00Z`);
  }

  /** How many rows the window's days have, where {@linkcode markDeleted} had to count them. */
  get stored(): number | null {
    return this.#stored;
  }

  /**
   * Notes a rejected document: it exists, though its row may not. One whose key cannot be told
   * (null) may be any of the stored ones, so that none of them counts as missing.
   */
  addReject(key: string | null): void {
    this.#rejects = true;
    if (key === null) this.#anonymous = true;
    else if (this.#samples === null) this.#keys.add(key);
    else if (this.#isInside(instantOfKey(this.#table.key, key))) this.#samples.addKey(key);
  }

  /** Notes a document that is loaded before {@linkcode markDeleted}. */
  add(row: Sample): void {
    if (this.#samples === null) this.#keys.add(row.key);
    else {
      const at = Number.isNaN(row.at) ? instantOfKey(this.#table.key, row.key) : row.at;
      if (this.#isInside(at)) this.#samples.add(row);
    }
  }

  /** Samples outside the window's own days have another window to speak for them. */
  #isInside(at: number): boolean {
    return this.#isWhole || (at >= this.#from && at < this.#until);
  }

  /**
   * Ids of stored documents of the window's days that the reading lacks and their own route may be
   * asked for, newest first. A document that has its day for an id has no route.
   * @param readingMs See {@linkcode markDeleted}.
   * @param most How many at most.
   */
  async missing(
    db: Queryable,
    userId: string,
    readingMs: number,
    most: number,
  ): Promise<string[]> {
    const days = this.#days(5);
    if (this.#anonymous || this.#table.timeKeyed || days === null) return [];
    const { rows } = await db.query<{ id: string }>(
      `SELECT id FROM oura.${q(this.#table.name)}
        WHERE user_id = $1 AND ${UNTOUCHED} AND NOT (id = ANY ($3::text[])) ${days.sql}
          ${this.#isWhole ? "" : "AND id <> day::text"}
        ORDER BY ${this.#isWhole ? "id" : "day DESC, id"} LIMIT $4`,
      [userId, readingMs, [...this.#keys], most, ...days.params],
    );
    return rows.map(({ id }) => id);
  }

  /** Bounds rows to the window's days; null where nothing says which window a row belongs to. */
  #days(place: number): { sql: string; params: string[] } | null {
    if (this.#isWhole) return { sql: "", params: [] };
    if (this.#type.day === null) return null;
    return {
      sql: `AND day BETWEEN $${place}::date AND $${place + 1}::date`,
      params: [this.span.from, this.span.to],
    };
  }

  /**
   * Sets `deleted_at` on the rows of the window's days that were not seen.
   * @param readingMs How long before the transaction's begin the reading began, in milliseconds. A
   * span of time, because the clocks of this machine and of the database may differ.
   * @param verdict What the documents' own route said of {@linkcode missing}.
   * @returns How many.
   */
  async markDeleted(
    tx: Transaction,
    userId: string,
    readingMs: number,
    { gone, spared }: Verdict = NO_VERDICT,
  ): Promise<number> {
    if (this.#anonymous) return 0;
    if (this.#samples !== null) {
      return await this.#deleteSamples(tx, userId, readingMs, this.#samples);
    }
    const isEmpty = this.#keys.size === 0;
    if (isEmpty && gone.length === 0) return 0;
    const days = this.#days(4);
    if (days === null) return 0;
    return await execute(
      tx,
      `UPDATE oura.${q(this.#table.name)} SET deleted_at = now(), updated_at = now()
      WHERE user_id = $1 AND ${UNTOUCHED} ${days.sql}
        AND ${isEmpty ? "id = ANY ($3::text[])" : "NOT (id = ANY ($3::text[]))"}`,
      [userId, readingMs, isEmpty ? gone : [...this.#keys, ...spared], ...days.params],
    );
  }

  /**
   * Tens of thousands of keys: sent only when some may be missing. All that were seen are rows by
   * now, unless rejected, so that as many rows as keys means that none is.
   */
  async #deleteSamples(
    tx: Transaction,
    userId: string,
    readingMs: number,
    seen: SeenSamples,
  ): Promise<number> {
    if (seen.size === 0) return 0;
    const table = `oura.${q(this.#table.name)}`;
    const bounds = this.#isWhole
      ? ["-infinity", "infinity"]
      : [new Date(this.#from).toISOString(), new Date(this.#until).toISOString()];
    if (!this.#rejects) {
      const { rows: [counted] } = await tx.query<{ stored: number; living: number }>(
        `SELECT count(*)::int AS stored, count(*) FILTER (WHERE deleted_at IS NULL)::int AS living
          FROM ${table} WHERE user_id = $1
          AND "timestamp" >= $2::timestamptz AND "timestamp" < $3::timestamptz`,
        [userId, ...bounds],
      );
      this.#stored = counted!.stored;
      if (counted!.living <= seen.size) return 0;
    }
    const lists = seen.columns();
    const columns = this.#table.key.map(({ name, type }, i) => ({
      name: q(name),
      type,
      values: lists[i]!,
    }));
    return await execute(
      tx,
      `UPDATE ${table} AS t SET deleted_at = now(), updated_at = now()
      WHERE user_id = $1 AND ${UNTOUCHED}
      AND "timestamp" >= $3::timestamptz AND "timestamp" < $4::timestamptz
      AND NOT EXISTS (
        SELECT 1 FROM unnest(${columns.map(({ type }, i) => `$${i + 5}::${type}[]`).join(", ")})
          AS seen(${columns.map(({ name }) => name).join(", ")})
        WHERE ${columns.map(({ name }) => `seen.${name} = t.${name}`).join(" AND ")}
      )`,
      [userId, readingMs, ...bounds, ...columns.map(({ values }) => values)],
    );
  }
}

/**
 * Sets `deleted_at` on one document that its own route no longer has.
 * @returns How many rows: 0 when it was not stored, or marked before.
 */
export function markDocumentDeleted(
  tx: Transaction,
  table: Table,
  userId: string,
  id: string,
): Promise<number> {
  return execute(
    tx,
    `UPDATE oura.${q(table.name)} SET deleted_at = now(), updated_at = now()
      WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL`,
    [userId, id],
  );
}

async function execute(tx: Transaction, sql: string, params: readonly unknown[]): Promise<number> {
  return (await tx.query(sql, params)).rowCount;
}
