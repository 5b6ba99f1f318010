/** What a receiver that anyone can call does at most: bounds on bytes, time, calls and forgeries. */

/** Bounds of a receiver. */
export interface ReceiverLimits {
  /** Of a body. */
  readonly bodyBytes: number;
  /** For a body to arrive. */
  readonly bodyMs: number;
  /** How far a stamp may be from this clock, either way. */
  readonly toleranceSeconds: number;
  /** For the database to store; Oura waits 10 s for an answer. */
  readonly storeMs: number;
  /** Calls at once, counting what the database has not finished yet. */
  readonly inFlight: number;
  /** Forged calls of one remote in a row before it must wait. */
  readonly forgeries: number;
  /** Forged calls of one remote for each second after that. */
  readonly forgeriesPerSecond: number;
}

/** The bounds of `serve`. */
export const RECEIVER_LIMITS: ReceiverLimits = {
  bodyBytes: 1_048_576,
  bodyMs: 3_000,
  toleranceSeconds: 300,
  storeMs: 5_000,
  inFlight: 128,
  forgeries: 100,
  forgeriesPerSecond: 10,
};

/** Lets a number of calls in. */
export class Gate {
  #inside = 0;

  constructor(private readonly most: number) {}

  /** @returns What lets the next one in, to be called once; null when it is full. */
  enter(): (() => void) | null {
    if (this.#inside >= this.most) return null;
    this.#inside++;
    return () => this.#inside--;
  }
}
