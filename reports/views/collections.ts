/** The metrics that belong together on one page: activity and stress, and the body. */
import type { DaySpan } from "../../lib/values/days.ts";
import { type Workout, workoutsOf } from "../metrics/marks.ts";
import { idsOf } from "./vitals.ts";
import { numberOf } from "../metrics/fields.ts";
import { read, type Source } from "../metrics/source.ts";
import { type Step, type Trend, trend, weekOf } from "./trend.ts";

const ACTIVITY = [
  "daily_activity.score",
  "daily_activity.steps",
  "daily_activity.active_calories",
  "daily_activity.average_met_minutes",
  "daily_stress.stress_high",
  "daily_stress.recovery_high",
  "daily_resilience.level",
];
const BODY = [
  "daily_readiness.temperature_deviation",
  "daily_spo2.spo2_percentage.average",
  "daily_spo2.breathing_disturbance_index",
  "sleep.average_breath",
  "daily_cardiovascular_age.vascular_age",
  "daily_cardiovascular_age.pulse_wave_velocity",
  "vo2_max.vo2_max",
];
/** Types that an import of the account export brings. */
const IMPORTED = ["skin_temperature", "daytime_stress", "blood_glucose", "blood_pressure"];

/** Training of a week. */
export interface WeekOfWorkouts {
  /** Its Monday. */
  readonly week: string;
  readonly count: number;
  readonly minutes: number;
  /** kcal */
  readonly energy: number;
}

/** The view model of activity and stress. */
export interface Activity {
  readonly trend: Trend;
  /** The newest first. */
  readonly workouts: readonly Workout[];
  readonly weeks: readonly WeekOfWorkouts[];
}

/** Reads activity and stress. */
export async function activity(source: Source, span: DaySpan, step: Step): Promise<Activity> {
  const workouts = await workoutsOf(source, span);
  const weeks = [...Map.groupBy(workouts, ({ day }) => weekOf(day))].map(([week, all]) => ({
    week,
    count: all.length,
    minutes: all.reduce((sum, { minutes }) => sum + (minutes ?? 0), 0),
    energy: Math.round(all.reduce((sum, { energy }) => sum + (energy ?? 0), 0)),
  }));
  return {
    trend: await trend(source, { metrics: idsOf(source, ACTIVITY), span, step }),
    workouts: workouts.toReversed(),
    weeks: weeks.toSorted((a, b) => (a.week < b.week ? -1 : 1)),
  };
}

/** The view model of the body. */
export interface BodyReport {
  readonly trend: Trend;
  /** As the wearer entered it in the app; null where it is not known. Years, m, kg. */
  readonly profile: {
    readonly age: number | null;
    readonly height: number | null;
    readonly weight: number | null;
  } | null;
}

/** Reads the body. Metrics of imported types are there when their columns are. */
export async function body(source: Source, span: DaySpan, step: Step): Promise<BodyReport> {
  const imported = IMPORTED.flatMap((name) => {
    const type = source.types.get(name);
    return type?.columns.map((column) => `${name}.${column.name}`) ?? [];
  });
  const metrics = [...idsOf(source, BODY), ...imported];
  return {
    trend: await trend(source, { metrics, span, step }),
    profile: await profileOf(source),
  };
}

async function profileOf(source: Source): Promise<BodyReport["profile"]> {
  if (!source.types.has("personal_info")) return null;
  const number = (path: string) => `${numberOf(source, "personal_info", path)} AS ${path}`;
  const rows = await read<NonNullable<BodyReport["profile"]>>(
    source,
    `SELECT ${number("age")}, ${number("height")}, ${number("weight")} FROM oura.personal_info t
    WHERE t.user_id = $1 AND t.deleted_at IS NULL LIMIT 1`,
  );
  return rows[0] ?? null;
}
