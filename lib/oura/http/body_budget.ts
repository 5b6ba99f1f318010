/**
 * What the answers in flight of one process may hold together. Each answer is bounded for itself, but
 * a few compressed ones, each within its bound, could still fill the memory between them.
 */

/** Bytes that all answers being read may hold together. */
const MOST_BYTES = 128 * 1024 * 1024;

/** See the file's head. */
export class BodyBudget {
  #held = 0;
  readonly #readers = new Set<BodyReservation>();
  #freed = Promise.withResolvers<void>();

  /** @param mostBytes Of all answers together; the oldest one is read on beyond it. */
  constructor(private readonly mostBytes = MOST_BYTES) {}

  /** Bytes that are held at this moment. */
  get held(): number {
    return this.#held;
  }

  /** Begins an answer; its place in the queue is that of its beginning. */
  open(): BodyReservation {
    const reservation: BodyReservation = {
      bytes: 0,
      take: async (bytes) => {
        // The oldest never waits, so that those before it cannot wait for each other for ever.
        while (this.#held + bytes > this.mostBytes && this.#oldest() !== reservation) {
          await this.#freed.promise;
        }
        this.#held += bytes;
        reservation.bytes += bytes;
      },
      [Symbol.dispose]: () => {
        this.#held -= reservation.bytes;
        reservation.bytes = 0;
        this.#readers.delete(reservation);
        this.#freed.resolve();
        this.#freed = Promise.withResolvers();
      },
    };
    this.#readers.add(reservation);
    return reservation;
  }

  #oldest(): BodyReservation | undefined {
    return this.#readers.values().next().value;
  }
}

/** One answer's share; given back when it is disposed of. */
export interface BodyReservation extends Disposable {
  bytes: number;
  /** Takes room for so many bytes more, waiting until there is some. */
  take(bytes: number): Promise<void>;
}
