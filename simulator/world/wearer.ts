import { hashText, mix, Random } from "./random.ts";
import type { Story } from "./story_spec.ts";
import { dateOf, epochDay, offsetMinutes, startOfDay, withOffset } from "./zones.ts";

/** Ring generations; only `gen1` and `gen2` work without a membership. */
export type RingGeneration = "gen1" | "gen2" | "gen3" | "gen4" | "or5";

/** Days spent in another time zone, both ends included. */
export interface Trip {
  readonly from: string;
  readonly to: string;
  readonly zone: string;
}

/**
 * Data of some local days that reaches Oura late: a phone that is away, a cloud that is behind, an
 * import from another app.
 */
export interface Withheld {
  /** Data types by their catalog names; by default all. */
  readonly types?: readonly string[];
  /** First and last local day, both included. */
  readonly from: string;
  readonly to: string;
  /** When all of it arrives: an instant, or so many days after each day began. */
  readonly until: string | { readonly daysLater: number };
}

/** What may be chosen about a wearer; the rest follows from the seed. */
export interface UserSpec {
  /** `personal_info.id`, which webhooks call `user_id`. */
  readonly id?: string;
  /** IANA name or offset (`-10:00`) of home. */
  readonly zone?: string;
  /** Trips by date. */
  readonly trips?: readonly Trip[];
  /** A week abroad in every thirty days. */
  readonly traveller?: boolean;
  /** Scopes of the wearer's static token; all by default. */
  readonly scopes?: readonly string[];
  /** Whether the Oura membership is paid. */
  readonly membership?: boolean;
  readonly ring?: RingGeneration;
  /** What reaches Oura late, besides everyday delays. */
  readonly withheld?: readonly Withheld[];
  /** What happens beyond what the seed draws. */
  readonly story?: Story;
}

/**
 * All scopes of the two portals, by their bare names. Source: OpenAPI 1.41 and the portals' own list.
 * Not the program's list, though it reads alike: a scope that one of them lacks must show in a test.
 */
export const SCOPES = [
  "email",
  "personal",
  "daily",
  "heartrate",
  "workout",
  "tag",
  "session",
  "spo2",
  "heart_health",
  "stress",
  "ring_configuration",
] as const;

const HOMES = [
  "Europe/London",
  "Pacific/Honolulu",
  "Pacific/Tongatapu",
  "UTC",
  "Australia/Sydney",
  "America/Toronto",
] as const;
const DESTINATIONS = ["Asia/Tokyo", "America/Los_Angeles", "Europe/Paris"] as const;
const TRAVEL_CYCLE = 30;
const TRAVEL_FROM = 12;
const TRAVEL_TO = 18;

/** A person with a ring: who, where, and the constants of the body. */
export class Wearer {
  readonly id: string;
  readonly seed: number;
  /** Tells apart, in caches, wearers of one seed who live elsewhere or wear the ring since another day. */
  readonly cacheKey: string;
  readonly home: string;
  readonly scopes: readonly string[];
  readonly membership: boolean;
  readonly ring: RingGeneration;
  /** First epoch day with data. */
  readonly firstDay: number;
  readonly body: Body;
  readonly story: Story;
  readonly #trips: readonly { from: number; to: number; zone: string }[];
  readonly #traveller: boolean;
  readonly #withheld: readonly Withheld[];

  constructor(spec: UserSpec, index: number, seed: number, firstDay: number) {
    this.id = spec.id ?? `wearer-${index + 1}`;
    this.seed = mix(seed, hashText(this.id));
    this.cacheKey = `${this.seed} ${firstDay} ${index} ${JSON.stringify(spec)}`;
    this.home = spec.zone ?? HOMES[index % HOMES.length]!;
    this.scopes = spec.scopes ?? SCOPES;
    this.membership = spec.membership ?? true;
    this.ring = spec.ring ?? "gen4";
    this.firstDay = firstDay;
    this.body = bodyOf(this.seed);
    this.story = spec.story ?? {};
    this.#traveller = spec.traveller ?? (spec.zone === undefined && index % HOMES.length === 5);
    this.#withheld = spec.withheld ?? [];
    this.#trips = (spec.trips ?? []).map((trip) => ({
      from: epochDay(trip.from),
      to: epochDay(trip.to),
      zone: trip.zone,
    }));
  }

  /** The zone a local day is spent in. */
  zoneOf(day: number): string {
    for (const trip of this.#trips) if (day >= trip.from && day <= trip.to) return trip.zone;
    if (!this.#traveller) return this.home;
    const dayInCycle = ((day % TRAVEL_CYCLE) + TRAVEL_CYCLE) % TRAVEL_CYCLE;
    if (dayInCycle < TRAVEL_FROM || dayInCycle > TRAVEL_TO) return this.home;
    return DESTINATIONS[Math.floor(day / TRAVEL_CYCLE) % DESTINATIONS.length]!;
  }

  /** The instant a local day starts. It ends where the next one starts, so that days leave no gap. */
  startOf(day: number): number {
    return startOfDay(this.zoneOf(day), day);
  }

  /** The instant of a time of a local day, in hours of the wall clock; DST gaps are skipped over. */
  instantAt(day: number, hours: number): number {
    const zone = this.zoneOf(day);
    const guess = startOfDay(zone, day) + hours * 3_600_000;
    const drift = offsetMinutes(zone, startOfDay(zone, day)) - offsetMinutes(zone, guess);
    return guess + drift * 60_000;
  }

  /** The local day of an instant. */
  dayAt(instant: number): number {
    let day = Math.floor(instant / 86_400_000) - 1;
    while (this.startOf(day + 1) <= instant) day++;
    return day;
  }

  /** Minutes east of UTC, as of the zone the day is spent in. */
  offsetAt(instant: number, day: number): number {
    return offsetMinutes(this.zoneOf(day), instant);
  }

  /** An instant of a local day with the wearer's offset. */
  iso(instant: number, day: number): string {
    return withOffset(instant, this.offsetAt(instant, day));
  }

  /** Whether the wearer is somewhere else than the day before. */
  travelsOn(day: number): boolean {
    return this.zoneOf(day) !== this.zoneOf(day - 1);
  }

  /** Whether what a type holds of a local day has not arrived by `now`. */
  withholds(type: string, day: number, now: number): boolean {
    return this.#withheld.some(({ types, from, to, until }) =>
      (types?.includes(type) ?? true) && day >= epochDay(from) && day <= epochDay(to) &&
      now < (typeof until === "string" ? Date.parse(until) : this.startOf(day + until.daysLater))
    );
  }

  /** A stream of random numbers for one purpose on one day. */
  random(day: number, purpose: string): Random {
    return new Random(mix(this.seed, day, hashText(purpose)));
  }

  /** `2026-07-30` of an epoch day; here so that generators need one import less. */
  date(day: number): string {
    return dateOf(day);
  }
}

/** The constants of a body. */
export interface Body {
  /** bpm */
  readonly restingHeartRate: number;
  /** ms */
  readonly hrv: number;
  /** Hours that bedtime and waking lie later than the common. */
  readonly chronotype: number;
  readonly steps: number;
  readonly vo2Max: number;
  readonly age: number;
  /** kg */
  readonly weight: number;
  /** m */
  readonly height: number;
  readonly sex: "male" | "female";
}

function bodyOf(seed: number): Body {
  const random = new Random(mix(seed, 77));
  return {
    restingHeartRate: random.int(48, 62),
    hrv: random.int(32, 75),
    chronotype: random.between(-0.8, 1),
    steps: random.int(6_500, 10_500),
    vo2Max: random.int(34, 52),
    age: random.int(24, 61),
    weight: random.int(540, 930) / 10,
    height: random.int(158, 192) / 100,
    sex: random.chance(0.5) ? "male" : "female",
  };
}
