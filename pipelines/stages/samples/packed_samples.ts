/**
 * The rows of a batch of samples in a few long lists in place of an object each. A batch waits for
 * its turn at the database while others are read; garbage collection would spend its time on
 * hundreds of thousands of small objects that live so long.
 */
import { ByteWriter } from "../../../lib/db/driver/text/byte_writer.ts";
import type { ColumnValue } from "../../../lib/values/column_type.ts";
import { KEY_SEPARATOR } from "../key.ts";
import { type Row, type Table, valueColumns } from "../table.ts";

/** Samples and bytes of documents to reserve at first: those of a batch. */
const FIRST_ROOM = 4_096;
const FIRST_BYTES = 512 * 1_024;

/** Rows that make place for one of the same instant: several sources or rings, not a faulty file. */
const MOST_MOVED = 16;

const UTF8 = new TextDecoder();

/** Whether the rows of a table can be packed. Rows of documents cannot: they have series and lists. */
export function isPackable({ timeKeyed, series }: Table): boolean {
  return timeKeyed && series.length === 0;
}

/** Rows of samples, packed; iterating unpacks them. */
export class PackedSamples implements Iterable<Row> {
  /** All but the instant, row by row; as long as the longest batch was. */
  readonly #values: ColumnValue[] = [];
  readonly #width: number;
  /** The place of the instant among the columns, and how many of them are the key. */
  readonly #place: number;
  readonly #keyParts: number;
  #instants = new Float64Array(FIRST_ROOM);
  /** The documents, one after the other, and where each ends. */
  readonly #documents = new ByteWriter(FIRST_BYTES);
  #ends = new Uint32Array(FIRST_ROOM);
  #length = 0;
  /** Rows whose instant is finer than a millisecond, by their place. */
  readonly #fine = new Map<number, Row>();

  constructor(readonly table: Table) {
    const columns = valueColumns(table);
    this.#width = columns.length - 1;
    this.#place = columns.findIndex(({ name }) => name === "timestamp");
    this.#keyParts = table.key.length;
  }

  /** The same rows, packed. */
  static of(table: Table, rows: Iterable<Row>): PackedSamples {
    const packed = new PackedSamples(table);
    for (const row of rows) packed.push(row);
    return packed;
  }

  /** Takes all rows away, and keeps the room for others. */
  clear(): void {
    this.#documents.cut(0);
    this.#length = 0;
    this.#fine.clear();
  }

  /** How many rows. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds a row; a few rows of one instant stay in the order of their keys. The loader sorts the others.
   * @returns Its place.
   */
  push(row: Row): number {
    const later: Row[] = [];
    while (later.length < MOST_MOVED && this.#isBeforeLast(row)) later.push(this.pop()!);
    const place = this.#length;
    this.#append(row);
    for (const each of later.reverse()) this.#append(each);
    return place;
  }

  #isBeforeLast({ at, key }: Row): boolean {
    const index = this.#length - 1;
    return index >= 0 && at === this.#instants[index] && key < this.row(index).key;
  }

  #append(row: Row): void {
    const { at, values, rawText } = row;
    if (Number.isNaN(at)) this.#fine.set(this.#length, row);
    if (rawText !== null) this.#documents.text(rawText);
    this.#add(at, values);
  }

  #add(at: number, values: readonly ColumnValue[]): void {
    if (this.#length === this.#ends.length) {
      this.#instants = new Float64Array(
        this.#instants.buffer.transfer(2 * this.#instants.byteLength),
      );
      this.#ends = new Uint32Array(this.#ends.buffer.transfer(2 * this.#ends.byteLength));
    }
    this.#instants[this.#length] = at;
    let place = this.#length * this.#width;
    for (let i = 0; i < values.length; i++) {
      if (i !== this.#place) this.#values[place++] = values[i]!;
    }
    this.#ends[this.#length] = this.#documents.length;
    this.#length++;
  }

  /**
   * Adds a row whose document the caller has written with {@linkcode writer}. Refuses one of the same
   * instant as the last row, because the key decides their order.
   * @param values Those of `valueColumns(table)`.
   * @returns Whether it was added.
   */
  pushWritten(at: number, values: readonly ColumnValue[]): boolean {
    const index = this.#length;
    if (index > 0 && at === this.#instants[index - 1]) return false;
    this.#add(at, values);
    return true;
  }

  /** Writes the document of the next row. */
  get writer(): ByteWriter {
    return this.#documents;
  }

  /** Takes the last row away. */
  pop(): Row | undefined {
    if (this.#length === 0) return undefined;
    const index = this.#length - 1;
    const row = this.row(index);
    this.#fine.delete(index);
    this.#documents.cut(this.documentStart(index));
    this.#length = index;
    return row;
  }

  /** The row at a place, made from what is kept. */
  row(index: number): Row {
    const fine = this.#fine.get(index);
    if (fine !== undefined) return fine;
    const at = this.instant(index);
    const values = this.#values.slice(index * this.#width, (index + 1) * this.#width);
    values.splice(this.#place, 0, new Date(at).toISOString());
    const key = values.slice(0, this.#keyParts).map(String).join(KEY_SEPARATOR);
    const rawText = this.table.keepRaw
      ? UTF8.decode(this.documents.subarray(this.documentStart(index), this.documentEnd(index)))
      : null;
    return { key, at, values, samples: [], rawText };
  }

  *[Symbol.iterator](): Generator<Row> {
    for (let i = 0; i < this.#length; i++) yield this.row(i);
  }

  /** The rows from one place up to but not including another. */
  slice(from: number, to: number): Row[] {
    return Array.from({ length: to - from }, (_, i) => this.row(from + i));
  }

  /** Milliseconds since 1970; NaN where the instant is finer. */
  instant(index: number): number {
    return this.#instants[index]!;
  }

  /** The instant as it is written into the database. */
  instantText(index: number): string {
    const fine = this.#fine.get(index);
    if (fine !== undefined) return String(fine.values[this.#place]);
    return new Date(this.#instants[index]!).toISOString();
  }

  /** The value of one of `valueColumns(table)`, but not of the instant. */
  value(index: number, column: number): ColumnValue {
    return this.#values[index * this.#width + (column > this.#place ? column - 1 : column)]!;
  }

  /** The texts of all documents; empty where the table keeps none. */
  get documents(): Uint8Array {
    return this.#documents.written();
  }

  /** Where the document of a row begins in {@linkcode documents}. */
  documentStart(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]!;
  }

  /** Where it ends. */
  documentEnd(index: number): number {
    return this.#ends[index]!;
  }

  /** Whether each row follows the one before in the order of the key, so that no key comes twice. */
  isInKeyOrder(): boolean {
    if (this.#fine.size > 0) return false;
    for (let i = 1; i < this.#length; i++) {
      const before = this.#instants[i - 1]!;
      const at = this.#instants[i]!;
      if (at < before || (at === before && this.row(i - 1).key >= this.row(i).key)) return false;
    }
    return true;
  }
}
