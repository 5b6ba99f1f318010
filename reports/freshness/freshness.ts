/**
 * Whether data is fresh. It has two halves: when a type was last read, and how new the data is that
 * it holds. A ring that did not sync for days is stale although every reading succeeded.
 */
import type { PipelineType } from "../../config/model.ts";
import { daysBetween, laterDay } from "../../lib/values/days.ts";
import type { TypeStatus } from "../../lib/db/store/status.ts";
import type { Holding } from "./holdings.ts";

/**
 * `failing`: the latest run could not read it. `never`: never read completely. `stale`: last read
 * longer ago than a daily job would let it be, or without data of the last days. `fresh`: none of
 * these.
 */
export type Verdict = "fresh" | "stale" | "never" | "failing";

/** A daily job that was late by half a day is no news yet. */
const STALE_READING_MS = 36 * 3_600_000;
/** From this age on, in days, the newest data is stale: a night comes the day after, at the latest. */
const STALE_DATA_DAYS = 3;

/** The half that tells when a type was last read. */
export function readingVerdict(
  { last_state, fetched_at }: Pick<TypeStatus, "last_state" | "fetched_at">,
  now: Date,
): Verdict {
  if (last_state === "failed") return "failing";
  if (fetched_at === null) return "never";
  return now.getTime() - fetched_at.getTime() > STALE_READING_MS ? "stale" : "fresh";
}

const BY_GRAVITY: readonly Verdict[] = ["failing", "never", "stale", "fresh"];

/** The gravest of several verdicts; `fresh` for an empty list. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return BY_GRAVITY.find((verdict) => verdicts.includes(verdict)) ?? "fresh";
}

/** Whether data whose newest day (or instant) this is counts as stale. */
export function isStale(newest: string | null, today: string): boolean {
  return newest === null || daysBetween(newest.slice(0, 10), today) >= STALE_DATA_DAYS;
}

/** Whether a type has a document for every day of a ring that is worn. */
export function occursDaily(type: PipelineType): boolean {
  return type.window.by !== "none" && !type.occasional;
}

/**
 * The newest day of anything that occurs daily; null where there is none. What a wearer enters in
 * the app says nothing of the ring.
 */
export function newestDay(
  types: readonly PipelineType[],
  holdings: ReadonlyMap<string, Holding>,
): string | null {
  const days = types.filter(occursDaily)
    .flatMap(({ name }) => holdings.get(name)?.newest?.slice(0, 10) ?? []);
  return days.length === 0 ? null : days.reduce(laterDay);
}
