/** Heart rate by the hours of the day, and by effort. */
import type { DaySpan } from "../../lib/values/days.ts";
import { bpmOf } from "../../pipelines/rollup/heart_rate_hours.ts";
import { numberOf } from "../metrics/fields.ts";
import { offsetsOf, startsOf } from "../metrics/local_time.ts";
import { daysOf, read, type Source } from "../metrics/source.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The mean of each hour of each day, by the wearer's clock: a row of 24 per day. */
export interface HeartHours {
  readonly days: readonly string[];
  readonly hours: readonly (readonly (number | null)[])[];
}

/** Reads the day-by-hour map of a span. */
export async function heartHours(source: Source, span: DaySpan): Promise<HeartHours> {
  const days = daysOf(span);
  const starts = startsOf(days, await offsetsOf(source, days));
  const rows = await read<{ hour: Date; mean: number }>(
    source,
    `SELECT hour, sum(bpm_sum) / sum(samples) AS mean FROM oura.heart_rate_hours
    WHERE user_id = $1 AND hour >= $2::timestamptz AND hour < $3::timestamptz GROUP BY hour`,
    starts[0],
    starts.at(-1),
  );
  const begins = starts.map((start) => Date.parse(start));
  const hours = days.map(() => Array<number | null>(24).fill(null));
  for (const { hour, mean } of rows) {
    const at = hour.getTime();
    let day = Math.min(days.length - 1, Math.floor((at - begins[0]!) / DAY_MS));
    while (day > 0 && begins[day]! > at) day--;
    while (day < days.length - 1 && begins[day + 1]! <= at) day++;
    const place = Math.floor((at - begins[day]!) / HOUR_MS);
    if (place >= 0 && place < 24) hours[day]![place] = Math.round(mean * 10) / 10;
  }
  return { days, hours };
}

/** Minutes of workouts in each fifth of the effort above rest, and what the zones were made of. */
export interface Zones {
  /** Lower end of each zone, bpm. */
  readonly from: readonly number[];
  readonly minutes: readonly number[];
  /** 220 less the age in the wearer's profile. */
  readonly highest: number;
}

const ZONE_SHARES = [0.5, 0.6, 0.7, 0.8, 0.9];
/** A sample stands for the time to the next one, and for no more than this. */
const LONGEST_SAMPLE = 60;

/** Time in heart-rate zones during workouts; null where the age is not known. */
export async function zones(source: Source, span: DaySpan): Promise<Zones | null> {
  const type = source.types.get("heart_rate");
  if (!type || !source.types.has("personal_info")) return null;
  const [profile] = await read<{ age: number | null }>(
    source,
    `SELECT ${numberOf(source, "personal_info", "age")} AS age FROM oura.personal_info t
    WHERE t.user_id = $1 AND t.deleted_at IS NULL LIMIT 1`,
  );
  if (!profile?.age) return null;
  const highest = 220 - profile.age;
  const from = ZONE_SHARES.map((share) => Math.round(highest * share));
  const days = daysOf(span);
  const starts = startsOf(days, await offsetsOf(source, days));
  const rows = await read<{ zone: number; seconds: number }>(
    source,
    `SELECT width_bucket(bpm, $4::double precision[]) AS zone, sum(seconds)::double precision AS seconds
    FROM (
      SELECT ${bpmOf(type)} AS bpm, least(${LONGEST_SAMPLE}, extract(epoch FROM
        lead("timestamp") OVER (ORDER BY "timestamp") - "timestamp")) AS seconds
      FROM oura.heart_rate WHERE user_id = $1 AND deleted_at IS NULL AND source = 'workout'
        AND "timestamp" >= $2::timestamptz AND "timestamp" < $3::timestamptz
    ) AS samples WHERE bpm IS NOT NULL GROUP BY 1`,
    starts[0],
    starts.at(-1),
    from,
  );
  const minutes = from.map((_, i) =>
    Math.round((rows.find(({ zone }) => zone === i + 1)?.seconds ?? 0) / 60)
  );
  return { from, minutes, highest };
}
