/**
 * When the jobs of a fleet come due. Syncs are spread over the interval. Documents come by the
 * wearer's clock: those of the night when the app is opened in the morning, those of the day whenever
 * the phone has synced in the background, and a workout now and then in the evening.
 */
import type { Fleet } from "./fleet_simulation.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Documents of a night, which Oura makes when the app is opened. */
const NIGHT_DOCUMENTS = 8;
/** `daily_activity` and `daily_stress`, with each background sync of the phone. */
const BACKGROUND_DOCUMENTS = 2;
/** Hours between two background syncs, on the average, from morning to evening. */
const BACKGROUND_EVERY = 1;
const WAKING_HOURS = 15;
const WORKOUTS_PER_DAY = 0.5;
/** Offsets from UTC in hours, and how many of a hundred wearers live there. */
const ZONES: readonly (readonly [offset: number, share: number])[] = [
  [-8, 15],
  [-5, 30],
  [0, 15],
  [1, 25],
  [9, 10],
  [10, 5],
];

/** Documents that Oura announces per wearer and day, on the average. */
export const DOCUMENTS_PER_DAY = NIGHT_DOCUMENTS +
  BACKGROUND_DOCUMENTS * WAKING_HOURS / BACKGROUND_EVERY + WORKOUTS_PER_DAY;

/** The clock of a fleet. Each second is asked for once, in order. */
export interface Wearers {
  syncsAt(second: number): Iterable<number>;
  /** Wearers with new documents, and how many. */
  documentsAt(second: number): Iterable<readonly [wearer: number, documents: number]>;
  scheduleSync(wearer: number, second: number): void;
}

/** Opens the clock. */
export function dayOf(fleet: Fleet): Wearers {
  const { wearers, horizon, syncEvery, atOnce = false, webhooks, seed } = fleet;
  const random = createRandom(seed);
  const syncs = new Calendar(wearers, horizon);
  const events = new Calendar(wearers, horizon);
  const zone = Int8Array.from({ length: wearers }, () => pickZone(random()));
  if (syncEvery !== null) {
    for (let wearer = 0; wearer < wearers; wearer++) {
      syncs.set(wearer, atOnce ? 0 : Math.floor(random() * syncEvery));
    }
  }
  const wakingHour = (wearer: number, second: number) => (second / HOUR + zone[wearer]! + 48) % 24;
  const next = (wearer: number, second: number) =>
    second + 1 + Math.floor(-Math.log(1 - random()) * BACKGROUND_EVERY * HOUR) +
    (wakingHour(wearer, second) >= 7 + WAKING_HOURS ? 9 * HOUR : 0);
  if (webhooks) {
    for (let wearer = 0; wearer < wearers; wearer++) events.set(wearer, next(wearer, 0));
  }
  const morning = new Int16Array(wearers).fill(-1);
  return {
    syncsAt: (second) => syncs.at(second),
    scheduleSync: (wearer, second) => syncs.set(wearer, second),
    *documentsAt(second) {
      for (const wearer of events.at(second)) {
        events.set(wearer, next(wearer, second));
        const hour = wakingHour(wearer, second);
        if (hour < 7 || hour >= 7 + WAKING_HOURS) continue;
        const today = Math.floor((second + zone[wearer]! * HOUR) / DAY);
        const isFirst = morning[wearer] !== today;
        morning[wearer] = today;
        const workout = random() < WORKOUTS_PER_DAY * BACKGROUND_EVERY / WAKING_HOURS ? 1 : 0;
        yield [wearer, BACKGROUND_DOCUMENTS + workout + (isFirst ? NIGHT_DOCUMENTS : 0)];
      }
    },
  };
}

/** One date per wearer: a list for each second. */
class Calendar {
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  constructor(wearers: number, horizon: number) {
    this.#first = new Int32Array(horizon).fill(-1);
    this.#next = new Int32Array(wearers);
  }

  set(wearer: number, second: number): void {
    if (second >= this.#first.length) return;
    this.#next[wearer] = this.#first[second]!;
    this.#first[second] = wearer;
  }

  *at(second: number): Generator<number> {
    for (let wearer = this.#first[second]!; wearer !== -1;) {
      const following = this.#next[wearer]!;
      yield wearer;
      wearer = following;
    }
  }
}

function pickZone(random: number): number {
  let rest = random * 100;
  for (const [offset, share] of ZONES) {
    if (rest < share) return offset;
    rest -= share;
  }
  return 0;
}

/** Mulberry32: numbers from 0 to 1 that a seed decides. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
