/**
 * The samples that one reading returned. There are tens of thousands in a window, and many windows are
 * read at once: each is a number and a small place in a list, not a text.
 */
import type { ColumnValue } from "../../../lib/values/column_type.ts";
import { KEY_SEPARATOR } from "../key.ts";
import type { Sample, Table } from "../table.ts";

/** Samples that there is room for at first, about a day's. */
const FIRST_ROOM = 2_048;

/** A set of samples, by their keys. */
export class SeenSamples {
  readonly #instantPlace: number;
  readonly #otherPlaces: readonly number[];
  /** Instants in ascending order, each once; the first {@linkcode #length} count. */
  #instants = new Float64Array(FIRST_ROOM);
  /** For each instant the place of the other parts of its key in {@linkcode #others}. */
  #otherOf = new Uint32Array(FIRST_ROOM);
  #length = 0;
  /** What the keys have besides the instant, such as the source: a few different texts. */
  readonly #others: (readonly string[])[] = [];
  readonly #otherByText = new Map<string, number>();
  /** Most samples have the source of the one before. */
  #latestOther = { text: "", place: NaN };
  /** Keys of samples that are finer than a millisecond, or came out of order. */
  readonly #keys = new Set<string>();

  constructor({ key }: Table) {
    this.#instantPlace = key.findIndex(({ name }) => name === "timestamp");
    this.#otherPlaces = key.flatMap((_, place) => place === this.#instantPlace ? [] : [place]);
  }

  /** How many different samples. */
  get size(): number {
    return this.#length + this.#keys.size;
  }

  /** Notes a sample; one that was noted before counts once. */
  add(sample: Sample): void {
    const { at, values } = sample;
    const isNext = this.#length === 0 || at > this.#instants[this.#length - 1]!;
    if (Number.isNaN(at)) this.#keys.add(sample.key);
    else if (isNext) this.#append(at, values);
    else if (!this.#has(at, values)) this.#keys.add(sample.key);
  }

  /** Notes a sample of which only the key is known. */
  addKey(key: string): void {
    this.#keys.add(key);
  }

  /** The parts of every key, a list for each column of the key; a sample may come twice. */
  columns(): string[][] {
    const width = this.#otherPlaces.length + 1;
    const columns = Array.from({ length: width }, (): string[] => []);
    for (let i = 0; i < this.#length; i++) {
      columns[this.#instantPlace]!.push(new Date(this.#instants[i]!).toISOString());
      const other = this.#others[this.#otherOf[i]!]!;
      for (const [n, place] of this.#otherPlaces.entries()) columns[place]!.push(other[n]!);
    }
    for (const key of this.#keys) {
      for (const [place, part] of key.split(KEY_SEPARATOR).entries()) columns[place]!.push(part);
    }
    return columns;
  }

  #append(at: number, values: readonly ColumnValue[]): void {
    if (this.#length === this.#instants.length) {
      this.#instants = new Float64Array(
        this.#instants.buffer.transfer(2 * this.#instants.byteLength),
      );
      this.#otherOf = new Uint32Array(this.#otherOf.buffer.transfer(2 * this.#otherOf.byteLength));
    }
    this.#instants[this.#length] = at;
    this.#otherOf[this.#length] = this.#otherIn(values);
    this.#length++;
  }

  /** Looks among the instants, which are in order and of which each has one sample. */
  #has(at: number, values: readonly ColumnValue[]): boolean {
    let [low, high] = [0, this.#length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#instants[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return this.#instants[low] === at && this.#otherOf[low] === this.#otherIn(values);
  }

  /** Where the other parts of a key are, which the table keeps as texts. */
  #otherIn(values: readonly ColumnValue[]): number {
    let text = "";
    for (const place of this.#otherPlaces) {
      text = text === "" ? String(values[place]) : text + KEY_SEPARATOR + String(values[place]);
    }
    if (text === this.#latestOther.text) return this.#latestOther.place;
    const place = this.#placeOf(text);
    this.#latestOther = { text, place };
    return place;
  }

  #placeOf(text: string): number {
    const known = this.#otherByText.get(text);
    if (known !== undefined) return known;
    this.#otherByText.set(text, this.#others.length);
    return this.#others.push(text.split(KEY_SEPARATOR)) - 1;
  }
}
