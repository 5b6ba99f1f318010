/** A period for a person who was not there: its figures, what changed, and how each was made. */
import { addDays, daysBetween, type DaySpan } from "../../lib/values/days.ts";
import { completeness } from "./completeness.ts";
import { dailyValues } from "../metrics/daily_values.ts";
import {
  type AlgorithmChange,
  algorithmChanges,
  type Journey,
  journeys,
  restModes,
  tagsOf,
  workoutsOf,
} from "../metrics/marks.ts";
import type { Metric } from "../metrics/metrics.ts";
import { idsOf } from "./vitals.ts";
import { isPartial } from "../metrics/partial.ts";
import { daysOf, type Source } from "../metrics/source.ts";
import { type Difference, difference, known, type Maybe } from "../metrics/statistics.ts";
import { type Summary, summaryOf, type Trend, trend } from "./trend.ts";
import { type NightBar, nightBars, type Regularity, regularityOf } from "./year.ts";

/** A figure of the period. */
export interface PeriodFigure {
  readonly metric: Metric;
  readonly summary: Summary;
  /** The period of the same length before. */
  readonly before: Summary;
  /** This period less the one before; null where one has too few values. */
  readonly change: Difference | null;
  /** A value for each day. */
  readonly values: readonly Maybe[];
}

/** Figures that belong together. */
export interface PeriodSection {
  readonly title: string;
  /** How the figures were made. */
  readonly method: string;
  readonly figures: readonly PeriodFigure[];
}

/** The view model. */
export interface Period {
  readonly wearer: string;
  readonly madeAt: string;
  readonly span: DaySpan;
  readonly days: readonly string[];
  readonly before: DaySpan;
  readonly sections: readonly PeriodSection[];
  /** The metrics worth a picture. */
  readonly trend: Trend;
  readonly nights: readonly NightBar[];
  readonly regularity: Regularity | null;
  /** Changes whose 95 % interval leaves out zero, the clearest first. */
  readonly notable: readonly { readonly metric: Metric; readonly change: Difference }[];
  readonly algorithm: readonly AlgorithmChange[];
  readonly journeys: readonly Journey[];
  readonly restMode: readonly DaySpan[];
  readonly tags: readonly { readonly tag: string; readonly days: number }[];
  readonly workouts: { readonly count: number; readonly minutes: number };
  /** Days with data of each type; null for spans too long to look through day by day. */
  readonly coverage: readonly { readonly dataType: string; readonly present: number }[] | null;
}

/** What the report draws. */
const PICTURES = [
  "daily_sleep.score",
  "sleep.total_sleep_duration",
  "sleep.deep_sleep_duration",
  "sleep.lowest_heart_rate",
  "sleep.average_hrv",
  "sleep.average_breath",
  "daily_spo2.spo2_percentage.average",
  "daily_readiness.temperature_deviation",
  "daily_activity.steps",
  "daily_stress.stress_high",
];
const MOST_COVERED = 800;
const MOST_NOTABLE = 8;

const SECTIONS: readonly { title: string; method: string; paths: readonly string[] }[] = [
  {
    title: "Sleep",
    method:
      "The main night of a day is its long sleep with the longest total sleep; naps and rests are " +
      "left out. Stages come from Oura's algorithm.",
    paths: [
      "daily_sleep.score",
      "sleep.total_sleep_duration",
      "sleep.efficiency",
      "sleep.latency",
      "sleep.deep_sleep_duration",
      "sleep.rem_sleep_duration",
      "sleep.light_sleep_duration",
      "sleep.awake_time",
      "sleep.bedtime_start",
      "sleep.bedtime_end",
    ],
  },
  {
    title: "Heart",
    method: "Heart rate and HRV are those of the main night. HRV is RMSSD, never SDNN.",
    paths: ["sleep.lowest_heart_rate", "sleep.average_heart_rate", "sleep.average_hrv"],
  },
  {
    title: "Breathing and blood oxygen",
    method: "Breathing rate is that of the main night; SpO2 and its drops are those of the day.",
    paths: [
      "sleep.average_breath",
      "daily_spo2.spo2_percentage.average",
      "daily_spo2.breathing_disturbance_index",
    ],
  },
  {
    title: "Temperature and readiness",
    method: "Temperature is the deviation from the wearer's own level, not the body's temperature.",
    paths: ["daily_readiness.temperature_deviation", "daily_readiness.score"],
  },
  {
    title: "Activity and stress",
    method: "The activity day begins at four in the morning. A day that is not over is left out.",
    paths: [
      "daily_activity.score",
      "daily_activity.steps",
      "daily_activity.active_calories",
      "daily_stress.stress_high",
      "daily_stress.recovery_high",
    ],
  },
  {
    title: "Cardiovascular",
    method: "Estimates by Oura, given on some days only.",
    paths: [
      "daily_cardiovascular_age.vascular_age",
      "daily_cardiovascular_age.pulse_wave_velocity",
      "vo2_max.vo2_max",
    ],
  },
];

/** Reads the summary of a period. */
export async function period(source: Source, span: DaySpan): Promise<Period> {
  const length = daysBetween(span.from, span.to) + 1;
  const before = { from: addDays(span.from, -length), to: addDays(span.from, -1) };
  const sections: PeriodSection[] = [];
  for (const { title, method, paths } of SECTIONS) {
    const ids = idsOf(source, paths);
    const figures = await figuresOf(source, ids, span, before);
    if (figures.length > 0) sections.push({ title, method, figures });
  }
  const nights = await nightBars(source, span);
  const tags = Map.groupBy(await tagsOf(source, span), ({ tag }) => tag);
  const workouts = await workoutsOf(source, span);
  const coverage = length > MOST_COVERED ? null : await completeness(source, span);
  return {
    wearer: source.userId,
    madeAt: source.now.toISOString(),
    span,
    days: daysOf(span),
    before,
    sections,
    trend: await trend(source, {
      metrics: idsOf(source, PICTURES),
      span,
      step: length > 400 ? "month" : length > 200 ? "week" : "day",
    }),
    nights,
    regularity: regularityOf(nights),
    notable: notableOf(sections),
    algorithm: await algorithmChanges(source, span),
    journeys: await journeys(source, span),
    restMode: await restModes(source, span),
    tags: [...tags].map(([tag, all]) => ({ tag, days: new Set(all.map(({ day }) => day)).size }))
      .toSorted((a, b) => b.days - a.days),
    workouts: {
      count: workouts.length,
      minutes: workouts.reduce((sum, { minutes }) => sum + (minutes ?? 0), 0),
    },
    coverage: coverage?.types.map(({ dataType, present }) => ({ dataType, present })) ?? null,
  };
}

async function figuresOf(
  source: Source,
  ids: readonly string[],
  span: DaySpan,
  before: DaySpan,
): Promise<PeriodFigure[]> {
  const days = daysOf({ from: before.from, to: span.to });
  const all = await dailyValues(source, ids, { from: before.from, to: span.to });
  const lead = daysOf(before).length;
  return all.map(({ metric, values }) => {
    const whole = values.map((value, i) =>
      isPartial(source, metric.dataType, days[i]!) ? null : value
    );
    const [earlier, inside] = [whole.slice(0, lead), whole.slice(lead)];
    return {
      metric,
      summary: summaryOf(inside),
      before: summaryOf(earlier),
      change: difference(known(inside), known(earlier)),
      values: inside,
    };
  });
}

function notableOf(sections: readonly PeriodSection[]) {
  const clear = sections.flatMap(({ figures }) => figures).flatMap(({ metric, change }) => {
    if (change === null) return [];
    const { low, high } = change.interval;
    const half = (high - low) / 2;
    return low * high > 0 && half > 0
      ? [{ metric, change, clearness: Math.abs(change.difference) / half }]
      : [];
  });
  return clear.toSorted((a, b) => b.clearness - a.clearness).slice(0, MOST_NOTABLE)
    .map(({ metric, change }) => ({ metric, change }));
}
