/**
 * The stretch of time in which a reading has found nothing stored. The batches of a window come in
 * the order of time, so that one look at its beginning tells where the next stored sample is, and the
 * batches before it need no look of their own. A row that another writer stores meanwhile makes their
 * COPY fail.
 */
import type { PackedSamples } from "./packed_samples.ts";

/** See the file's head. */
export class FreeStretch {
  /** Whether rows were copied into it. */
  isUsed = false;
  #from = Infinity;
  #until = -Infinity;

  /** @param end Milliseconds since 1970, from which on another window stores samples of its own. */
  constructor(private readonly end: number) {}

  /**
   * Notes what a look has found.
   * @param from The first instant that was looked for.
   * @param next The first stored instant from there on; null where there is none.
   */
  note(from: number, next: number | null): void {
    this.#from = from;
    this.#until = Math.min(this.end, next ?? Infinity);
  }

  /** Whether all rows, which are in the order of their keys, fall into it. */
  includes(rows: PackedSamples): boolean {
    return rows.length > 0 && rows.instant(0) >= this.#from &&
      rows.instant(rows.length - 1) < this.#until;
  }

  /** Another writer has stored a sample in it. */
  forget(): void {
    this.#until = -Infinity;
  }
}
