import { type UserSpec, Wearer } from "./wearer.ts";
import { DAY } from "./zones.ts";

/** What a world is made of. The same options make the same world on every machine. */
export interface WorldOptions {
  readonly seed?: number;
  /** The wearers, or how many of them. */
  readonly users?: readonly UserSpec[] | number;
  /** The simulated present: an instant as ISO 8601 text or Date. */
  readonly now?: string | Date;
  /** Days of history before the present. The world continues after it. */
  readonly days?: number;
}

/** People, and a clock that only tests and people move. */
export class World {
  readonly seed: number;
  readonly wearers: readonly Wearer[];
  #now: number;

  constructor(options: WorldOptions = {}) {
    this.seed = options.seed ?? 1;
    this.#now = instantOf(options.now ?? new Date());
    const firstDay = Math.floor(this.#now / DAY) - (options.days ?? 90);
    const users = options.users ?? 1;
    const specs: readonly UserSpec[] = typeof users === "number"
      ? Array.from({ length: users }, () => ({}))
      : users;
    this.wearers = specs.map((spec, index) => new Wearer(spec, index, this.seed, firstDay));
  }

  /** The simulated present, in milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** Sets the clock, forwards or backwards. */
  setNow(now: string | Date): void {
    this.#now = instantOf(now);
  }

  /** Moves the clock on by an ISO 8601 duration: `P1D`, `PT15M`. */
  advance(duration: string): void {
    const milliseconds = Temporal.Duration.from(duration).total({
      unit: "milliseconds",
      relativeTo: Temporal.Instant.fromEpochMilliseconds(this.#now).toZonedDateTimeISO("UTC"),
    });
    this.#now += milliseconds;
  }

  /** @throws {RangeError} When no wearer has this id. */
  wearer(id: string): Wearer {
    const found = this.wearers.find((wearer) => wearer.id === id);
    if (!found) throw new RangeError(`no wearer ${id}`);
    return found;
  }
}

/** Makes a world: wearers, their histories, and a settable clock. Costs nothing until it is asked. */
export function createWorld(options: WorldOptions = {}): World {
  return new World(options);
}

function instantOf(time: string | Date): number {
  const instant = typeof time === "string" ? Date.parse(time) : time.getTime();
  if (Number.isNaN(instant)) throw new RangeError(`not an instant: ${String(time)}`);
  return instant;
}
