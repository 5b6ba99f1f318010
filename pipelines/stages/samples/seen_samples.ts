/**
 * The samples that one reading returned. There are tens of thousands in a window, and many windows are
 * read at once: each takes six bytes.
 */
import type { ColumnValue } from "../../../lib/values/column_type.ts";
import { KEY_SEPARATOR } from "../key.ts";
import type { Sample, Table } from "../table.ts";

/** Samples of a run, about a day's. */
const RUN_SAMPLES = 1_024;
/** Milliseconds that a run can span: 49 days. */
const RUN_MS = 2 ** 32;
/** Different keys beside the instant that have a place. */
const MOST_OTHERS = 2 ** 16;

/** Some samples one after the other. Runs that have room for all of them would be copied to grow. */
interface Run {
  /** The instant of the first sample. */
  readonly begin: number;
  /** Milliseconds from it, in ascending order, each once; the first {@linkcode length} count. */
  readonly offsets: Uint32Array;
  /** For each the place of the other parts of its key. */
  readonly others: Uint16Array;
  length: number;
}

/** A set of samples, by their keys. */
export class SeenSamples {
  readonly #instantPlace: number;
  readonly #otherPlaces: readonly number[];
  /** In ascending order. */
  readonly #runs: Run[] = [];
  /** The instant of the last sample in them. */
  #latest = -Infinity;
  #length = 0;
  /** What the keys have besides the instant, such as the source: a few different texts. */
  readonly #others: (readonly string[])[] = [];
  readonly #otherByText = new Map<string, number>();
  /** Most samples have the source of the one before. */
  #latestOther: { readonly text: string | null; readonly place: number } = {
    text: null,
    place: NaN,
  };
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
    const other = Number.isNaN(at) ? null : this.#otherIn(values);
    if (other === null) this.#keys.add(sample.key);
    else if (at > this.#latest) this.#append(at, other);
    else if (!this.#has(at, other)) this.#keys.add(sample.key);
  }

  /** Notes a sample of which only the key is known. */
  addKey(key: string): void {
    this.#keys.add(key);
  }

  /** The parts of every key, a list for each column of the key; a sample may come twice. */
  columns(): string[][] {
    const width = this.#otherPlaces.length + 1;
    const columns = Array.from({ length: width }, (): string[] => []);
    for (const { begin, offsets, others, length } of this.#runs) {
      for (let i = 0; i < length; i++) {
        columns[this.#instantPlace]!.push(new Date(begin + offsets[i]!).toISOString());
        const other = this.#others[others[i]!]!;
        for (const [n, place] of this.#otherPlaces.entries()) columns[place]!.push(other[n]!);
      }
    }
    for (const key of this.#keys) {
      for (const [place, part] of key.split(KEY_SEPARATOR).entries()) columns[place]!.push(part);
    }
    return columns;
  }

  #append(at: number, other: number): void {
    let run = this.#runs.at(-1);
    if (run === undefined || run.length === RUN_SAMPLES || at - run.begin >= RUN_MS) {
      const [offsets, others] = [new Uint32Array(RUN_SAMPLES), new Uint16Array(RUN_SAMPLES)];
      run = { begin: at, offsets, others, length: 0 };
      this.#runs.push(run);
    }
    run.offsets[run.length] = at - run.begin;
    run.others[run.length] = other;
    run.length++;
    this.#latest = at;
    this.#length++;
  }

  /** Looks among the instants, which are in order and of which each has one sample. */
  #has(at: number, other: number): boolean {
    const run = this.#runs.findLast(({ begin }) => begin <= at);
    if (run === undefined) return false;
    let [low, high] = [0, run.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (run.begin + run.offsets[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return run.begin + run.offsets[low]! === at && run.others[low] === other;
  }

  /** Where the other parts of a key are, which the table keeps as texts; null where there is no place. */
  #otherIn(values: readonly ColumnValue[]): number | null {
    let text = "";
    for (const place of this.#otherPlaces) {
      text = text === "" ? String(values[place]) : text + KEY_SEPARATOR + String(values[place]);
    }
    if (text === this.#latestOther.text) return this.#latestOther.place;
    const place = this.#placeOf(text);
    if (place !== null) this.#latestOther = { text, place };
    return place;
  }

  #placeOf(text: string): number | null {
    const known = this.#otherByText.get(text);
    if (known !== undefined) return known;
    if (this.#others.length === MOST_OTHERS) return null;
    this.#otherByText.set(text, this.#others.length);
    return this.#others.push(text.split(KEY_SEPARATOR)) - 1;
  }
}
