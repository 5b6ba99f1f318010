/** Copies samples into a stretch of time that is empty. */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import { hasSqlState, UNIQUE_VIOLATION } from "../../../lib/db/driver/errors/errors.ts";
import { ByteWriter } from "../../../lib/db/driver/text/byte_writer.ts";
import { copyStatement } from "../load_sql.ts";
import type { Table } from "../table.ts";
import { copyLines } from "./copy_lines.ts";
import { copyTuples, hasTuples } from "./copy_tuples.ts";
import type { PackedSamples } from "./packed_samples.ts";

/** Rows of a batch, from one place up to but not including another. */
export type RowSpan = readonly [from: number, to: number];

/** Room for the rows of a batch. */
const FIRST_BYTES = 768 * 1_024;
/** What the server answers where another writer has stored a row, or changed a column's type. */
const NOT_COPIED: readonly string[] = [UNIQUE_VIOLATION, "22P03", "08P01"];

/** Runs a `COPY` with rows in its format. */
type Copy = NonNullable<Transaction["copyIn"]>;

/** Copies rows of one table. */
export class RowCopier {
  /** Writers for reuse, one for each copy that ran at once, but none that a failed COPY may still use. */
  readonly #spare: ByteWriter[] = [];
  readonly #text: string;
  /** Null where a column needs the text format. */
  readonly #binary: string | null;

  constructor(table: Table) {
    this.#text = copyStatement(table, "text");
    this.#binary = hasTuples(table) ? copyStatement(table, "binary") : null;
  }

  /**
   * Copies some rows, all or none, as text.
   * @returns Whether they were copied; not where one of them is stored by now.
   */
  async copy(
    copyIn: Copy,
    userId: string,
    rows: PackedSamples,
    spans: readonly RowSpan[],
  ): Promise<boolean> {
    const writer = this.writer();
    copyLines(writer, userId, rows, spans);
    return await this.#send(copyIn, this.#text, writer, [UNIQUE_VIOLATION]);
  }

  /**
   * Copies all rows in the binary format, where that is possible. Call {@linkcode requireColumnTypes}
   * before the window counts as read.
   * @returns The same; also not where the columns have other types by now.
   */
  async copyBinary(copyIn: Copy, userId: string, rows: PackedSamples): Promise<boolean> {
    const writer = this.writer();
    const isWritten = this.#binary !== null && copyTuples(writer, userId, rows);
    if (isWritten) return await this.#send(copyIn, this.#binary, writer, NOT_COPIED);
    this.release(writer);
    return await this.copy(copyIn, userId, rows, [[0, rows.length]]);
  }

  async #send(
    copyIn: Copy,
    sql: string,
    writer: ByteWriter,
    expected: readonly string[],
  ): Promise<boolean> {
    try {
      await copyIn(sql, [writer.written()]);
    } catch (error) {
      if (expected.some((state) => hasSqlState(error, state))) return false;
      throw error;
    }
    this.release(writer);
    return true;
  }

  /** An empty writer, for reuse. */
  writer(): ByteWriter {
    const writer = this.#spare.pop() ?? new ByteWriter(FIRST_BYTES);
    writer.cut(0);
    return writer;
  }

  /** Takes a writer back that nothing uses any more. */
  release(writer: ByteWriter): void {
    this.#spare.push(writer);
  }
}
