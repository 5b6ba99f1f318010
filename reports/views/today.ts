/** A day at a glance: the scores, the day from 18:00 to 18:00, the night's vital signs. */
import { addDays } from "../../lib/values/days.ts";
import { dailyValues } from "../metrics/daily_values.ts";
import { type Heart, heart } from "./heart.ts";
import { offsetsOf } from "../metrics/local_time.ts";
import { type TagMark, tagsOf, type Workout, workoutsOf } from "../metrics/marks.ts";
import type { Metric } from "../metrics/metrics.ts";
import { type Night, nightShape } from "./night.ts";
import { samplesOf } from "../metrics/samples.ts";
import { idsOf, type Vital, vitalsOf } from "./vitals.ts";
import { isPartial } from "../metrics/partial.ts";
import { read, type Source, spanUntil } from "../metrics/source.ts";
import { type Maybe, type Usual, usualRange } from "../metrics/statistics.ts";
import { USUAL_DAYS } from "./trend.ts";

/** A score with its last three weeks. */
export interface ScoreCard {
  readonly metric: Metric;
  readonly day: string;
  readonly value: Maybe;
  /** The day is not over: the value still grows. */
  readonly partial: boolean;
  readonly usual: Usual | null;
  /** The days up to it, oldest first. */
  readonly history: readonly Maybe[];
}

/** The day from 18:00 to 18:00 by the wearer's clock. */
export interface DayStrip {
  readonly from: string;
  readonly to: string;
  readonly offsetSeconds: number;
  readonly heart: Pick<Heart, "at" | "min" | "mean" | "max" | "every">;
  readonly night: Pick<Night, "main" | "stages"> | null;
  /** Mean MET of each quarter of an hour. */
  readonly movement: readonly { readonly at: string; readonly met: number }[];
  readonly workouts: readonly Workout[];
  readonly tags: readonly TagMark[];
}

/** The view model. */
export interface Today {
  readonly day: string;
  /** Whether the day is the present one. */
  readonly isToday: boolean;
  readonly scores: readonly ScoreCard[];
  readonly strip: DayStrip;
  /** The day whose night the vital signs are of: the day itself, else the latest one before. */
  readonly nightDay: string | null;
  readonly vitals: readonly Vital[];
  readonly activity: readonly ScoreCard[];
}

const SCORES = ["daily_sleep.score", "daily_readiness.score", "daily_activity.score"];
const VITALS = [
  "sleep.lowest_heart_rate",
  "sleep.average_hrv",
  "sleep.average_breath",
  "daily_readiness.temperature_deviation",
  "daily_spo2.spo2_percentage.average",
  "sleep.total_sleep_duration",
];
const ACTIVITY = [
  "daily_activity.steps",
  "daily_activity.active_calories",
  "daily_stress.stress_high",
  "daily_stress.recovery_high",
];
const HISTORY_DAYS = 21;
const QUARTER = 15 * 60_000;
/** Buckets of the strip: five minutes each. */
const STRIP_BUCKETS = 288;

/** Reads a day. */
export async function today(source: Source, day: string): Promise<Today> {
  const offsets = await offsetsOf(source, [day]);
  const offsetSeconds = offsets.get(day) ?? source.offsetSeconds;
  const noon = Date.parse(`${day}T00:00:00Z`) - offsetSeconds * 1000;
  const from = new Date(noon - 6 * 3_600_000);
  const to = new Date(noon + 18 * 3_600_000);
  const nightDay = await latestNight(source, day);
  const shown = nightDay === null ? null : await nightShape(source, nightDay);
  const around = { from: addDays(day, -1), to: day };
  const inside = (instant: string | null) =>
    instant !== null && Date.parse(instant) >= from.getTime() && Date.parse(instant) < to.getTime();
  return {
    day,
    isToday: day === source.today,
    scores: await cardsOf(source, day, idsOf(source, SCORES)),
    strip: {
      from: from.toISOString(),
      to: to.toISOString(),
      offsetSeconds,
      heart: await heart(source, { from, to, width: STRIP_BUCKETS }),
      night: shown?.main && inside(shown.main.start) ? shown : null,
      movement: await movementOf(source, from, to, around),
      workouts: (await workoutsOf(source, around)).filter(({ start }) => inside(start)),
      tags: (await tagsOf(source, around)).filter(({ at }) => inside(at)),
    },
    nightDay,
    vitals: nightDay === null ? [] : await vitalsOf(source, nightDay, idsOf(source, VITALS)),
    activity: await cardsOf(source, day, idsOf(source, ACTIVITY)),
  };
}

/** The last day up to `day`, not older than three, that has a main night. */
async function latestNight(source: Source, day: string): Promise<string | null> {
  const { values } = (await dailyValues(source, idsOf(source, ["sleep.total_sleep_duration"]), {
    from: addDays(day, -2),
    to: day,
  }))[0] ?? { values: [] };
  const place = values.findLastIndex((value) => value !== null);
  return place < 0 ? null : addDays(day, place - 2);
}

/** Metrics of a day with their usual range and their last three weeks. */
export async function cardsOf(
  source: Source,
  day: string,
  ids: readonly string[],
): Promise<ScoreCard[]> {
  const all = await dailyValues(source, ids, spanUntil(day, USUAL_DAYS + 1));
  return all.map(({ metric, values }) => ({
    metric,
    day,
    value: values.at(-1) ?? null,
    partial: isPartial(source, metric.dataType, day),
    usual: usualRange(values.slice(0, -1)),
    history: values.slice(-HISTORY_DAYS),
  }));
}

async function movementOf(
  source: Source,
  from: Date,
  to: Date,
  span: { from: string; to: string },
): Promise<{ at: string; met: number }[]> {
  if (source.types.get("daily_activity")?.keepRaw !== true) return [];
  const rows = await read<{ met: unknown }>(
    source,
    `SELECT t.raw_data -> 'met' AS met FROM oura.daily_activity t
    WHERE t.user_id = $1 AND t.deleted_at IS NULL AND t.day BETWEEN $2::date - 1 AND $3::date`,
    span.from,
    span.to,
  );
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { met } of rows) {
    const samples = samplesOf(met);
    if (!samples) continue;
    const start = Date.parse(samples.start);
    for (const [i, value] of samples.values.entries()) {
      const at = start + i * samples.every * 1000;
      if (value === null || at < from.getTime() || at >= to.getTime()) continue;
      const quarter = Math.floor(at / QUARTER) * QUARTER;
      const entry = sums.get(quarter) ?? { sum: 0, count: 0 };
      sums.set(quarter, { sum: entry.sum + value, count: entry.count + 1 });
    }
  }
  return [...sums].toSorted(([a], [b]) => a - b).map(([at, { sum, count }]) => ({
    at: new Date(at).toISOString(),
    met: Math.round(sum / count * 100) / 100,
  }));
}
