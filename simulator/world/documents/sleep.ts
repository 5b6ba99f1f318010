import { type Day, dayOf, type Nap, type Span } from "../physiology.ts";
import { mix, round } from "../random.ts";
import { stagingOf } from "../story.ts";
import type { Wearer } from "../wearer.ts";
import { DAY, HOUR, MINUTE } from "../zones.ts";
import { appOpenedAt, documentId, laterEvent, type SimDocument, syncedUntil } from "../document.ts";
import { mean, measure, type Measured, samples } from "./night.ts";
import { readinessContributors } from "./scores.ts";

const NIGHT_SLOT = 0;
const EDITED_SLOT = 1;
const NAP_SLOT = 2;
const LATE_NAP_SLOT = 3;
const SLEEP_DAY_ENDS = 18; // Hours of the wall clock: later sleep belongs to the next day.

/** The main night as Oura knows it at some moment. */
export interface KnownNight {
  readonly span: Span;
  readonly measured: Measured;
  readonly reason: string;
  readonly slot: number;
  /** Not yet woken up, or the app not yet opened. */
  readonly inProgress: boolean;
}

/**
 * The night that ends on `day`, or undefined while there is none. It appears when the app is opened
 * after waking; rings that analyse in the background show it while it is still going on. Some nights
 * are edited days later: half of them keep their id, half become a new document.
 */
export function nightOf(wearer: Wearer, day: number, now: number): KnownNight | undefined {
  const life = dayOf(wearer, day);
  if (!life.worn || day < wearer.firstDay) return undefined;
  const opened = appOpenedAt(wearer, day, life.night.end);
  const background = wearer.ring === "or5" || wearer.random(day, "background").chance(0.5);
  if (now < opened) {
    const synced = syncedUntil(now);
    if (!background || synced < life.night.start + HOUR) return undefined;
    return {
      span: life.night,
      measured: measureNight(wearer, life, life.night, synced),
      reason: "background_sleep_analysis",
      slot: NIGHT_SLOT,
      inProgress: synced < life.night.end,
    };
  }
  const edited = laterEvent(wearer, day, "bedtime edit", 0.05, opened);
  const isEdited = edited !== undefined && now >= edited;
  const span = isEdited
    ? { start: life.night.start + 20 * MINUTE, end: life.night.end }
    : life.night;
  const renamed = isEdited && wearer.random(day, "edited id").chance(0.5);
  return {
    span,
    measured: measureNight(wearer, life, span, span.end),
    reason: isEdited
      ? "bedtime_edit"
      : background
      ? "background_created_foreground_updated"
      : "foreground_sleep_analysis",
    slot: renamed ? EDITED_SLOT : NIGHT_SLOT,
    inProgress: false,
  };
}

function measureNight(wearer: Wearer, life: Day, span: Span, until: number): Measured {
  return measure(span, until, {
    seed: mix(wearer.seed, life.day, 1),
    quality: life.sleepQuality,
    restingHeartRate: life.restingHeartRate,
    hrv: life.hrv,
    depth: stagingOf(wearer, life.day).depth,
  });
}

/** The sleep documents of a day: the night, naps of the day, and a late nap of the evening before. */
export function sleepOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const documents: SimDocument[] = [];
  const late = napDocument(wearer, day - 1, now, true);
  if (late) documents.push(late);
  const night = nightOf(wearer, day, now);
  if (night) documents.push(nightDocument(wearer, day, night));
  const nap = napDocument(wearer, day, now, false);
  if (nap) documents.push(nap);
  return documents.map((document, index) => ({
    ...document,
    body: { ...document.body, period: index },
  }));
}

function nightDocument(wearer: Wearer, day: number, night: KnownNight): SimDocument {
  const life = dayOf(wearer, day);
  const { measured, span, inProgress } = night;
  const started = wearer.iso(span.start, day);
  return sleepDocument(wearer, day, night.slot, span, measured, {
    bedtime_end: inProgress ? null : wearer.iso(span.end, day),
    type: inProgress ? "sleep" : "long_sleep",
    sleep_analysis_reason: night.reason,
    average_breath: round(13 + life.sleepQuality * 3, 3),
    average_hrv: rounded(mean(measured.hrv)),
    heart_rate: samples(measured.heartRate, started),
    hrv: samples(measured.hrv, started),
    readiness: inProgress ? null : {
      contributors: readinessContributors(wearer, life),
      score: life.readiness,
      temperature_deviation: life.temperature,
      temperature_trend_deviation: round(life.temperature / 3, 2),
    },
    readiness_score_delta: inProgress ? null : 0,
    sleep_score_delta: inProgress ? null : 0,
  });
}

/** A nap of the local day `on`; a late one ends after 18:00 and belongs to the day after. */
function napDocument(
  wearer: Wearer,
  on: number,
  now: number,
  late: boolean,
): SimDocument | undefined {
  if (on < wearer.firstDay) return undefined;
  const nap = dayOf(wearer, on).naps[0];
  if (!nap) return undefined;
  const isLate = nap.end > wearer.instantAt(on, SLEEP_DAY_ENDS);
  const appears = syncedUntil(now) >= nap.end + 30 * MINUTE;
  if (isLate !== late || !appears) return undefined;
  const touched = now >= nap.end + DAY + 5 * HOUR;
  if (nap.fate === "vanishes" && touched) return undefined;
  const life = dayOf(wearer, on);
  const day = late ? on + 1 : on;
  const slot = late ? LATE_NAP_SLOT : NAP_SLOT;
  const measured = measure(nap, nap.end, {
    seed: mix(wearer.seed, on, 2),
    quality: 0.8,
    restingHeartRate: life.restingHeartRate + 6,
    hrv: life.hrv,
  });
  const type = typeOfNap(nap, late, touched);
  // A nap's averages are often missing, and a rejected one has no type at all now and then.
  const sparse = wearer.random(on, "sparse nap").chance(0.6);
  return sleepDocument(wearer, day, slot, nap, measured, {
    bedtime_end: wearer.iso(nap.end, day),
    ...(type === "rest" && sparse ? {} : { type }),
    sleep_analysis_reason: "foreground_sleep_analysis",
    average_breath: sparse ? null : 15.5,
    average_hrv: sparse ? null : rounded(mean(measured.hrv)),
    heart_rate: sparse ? null : samples(measured.heartRate, wearer.iso(nap.start, day)),
    hrv: sparse ? null : samples(measured.hrv, wearer.iso(nap.start, day)),
    readiness: null,
    readiness_score_delta: sparse ? null : 1,
    sleep_score_delta: sparse ? null : 2,
  });
}

function typeOfNap(nap: Nap, late: boolean, touched: boolean): string {
  if (nap.fate === "rest") return "rest";
  if (nap.fate === "deleted" && touched) return "deleted";
  return late ? "late_nap" : "sleep";
}

function sleepDocument(
  wearer: Wearer,
  day: number,
  slot: number,
  span: Span,
  measured: Measured,
  rest: Record<string, unknown>,
): SimDocument {
  const id = documentId(wearer, "sleep", day, slot);
  const beats = measured.heartRate.filter((beat) => beat !== null);
  const body = {
    id,
    average_heart_rate: rest.average_hrv === null ? null : round(mean(measured.heartRate) ?? 60, 3),
    awake_time: measured.awake,
    bedtime_start: wearer.iso(span.start, day),
    day: wearer.date(day),
    deep_sleep_duration: measured.deep,
    efficiency: measured.efficiency,
    latency: measured.latency,
    light_sleep_duration: measured.light,
    low_battery_alert: false,
    lowest_heart_rate: beats.length === 0 ? null : Math.floor(Math.min(...beats)),
    movement_30_sec: measured.movement30s,
    period: 0,
    rem_sleep_duration: measured.rem,
    restless_periods: measured.restless,
    sleep_algorithm_version: stagingOf(wearer, day).version,
    sleep_phase_30_sec: measured.phases30s,
    sleep_phase_5_min: measured.phases5min,
    time_in_bed: measured.inBed,
    total_sleep_duration: measured.asleep,
    ring_id: null,
    app_sleep_phase_5_min: measured.phases5min,
    ...rest,
  };
  return { key: id, day: wearer.date(day), anchor: span.start, body };
}

const rounded = (value: number | null) => value === null ? null : Math.round(value);
