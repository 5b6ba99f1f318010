/** The nineteen collections as Oura serves them. Source: OpenAPI 1.41 and public measurements. */
import type { TypeName } from "../world/collections.ts";

/** One collection's route. */
export interface Route {
  readonly type: TypeName;
  /** Last segment of the path, in Oura's own spelling. */
  readonly path: string;
  readonly family: "date" | "datetime" | "none";
  /** Whether a document exactly at the end bound is returned. */
  readonly end: "inclusive" | "exclusive";
  /** Bare scope name; null: any token will do. */
  readonly scope: string | null;
  /** How a missing scope shows on this route. */
  readonly refusal: 401 | 403;
  /** Whether `path/{document_id}` exists. */
  readonly single: boolean;
  /** The field that `fields` always returns besides `id`. */
  readonly instant?: string;
  /** Whether `fields` is ignored. */
  readonly ignoresFields?: boolean;
}

const daily = {
  family: "date",
  end: "inclusive",
  scope: "daily",
  refusal: 403,
  single: true,
} as const;
const event = { family: "date", end: "exclusive", refusal: 401, single: true } as const;
const series = {
  family: "datetime",
  end: "exclusive",
  single: false,
  instant: "timestamp",
} as const;

/** All routes, in the order of the specification. */
export const ROUTES: readonly Route[] = [
  { ...daily, type: "daily_activity", path: "daily_activity", instant: "timestamp" },
  {
    ...daily,
    type: "daily_cardiovascular_age",
    path: "daily_cardiovascular_age",
    scope: "heart_health",
    refusal: 401,
  },
  { ...daily, type: "daily_readiness", path: "daily_readiness", instant: "timestamp" },
  {
    ...daily,
    type: "daily_resilience",
    path: "daily_resilience",
    scope: "stress",
    refusal: 401,
    ignoresFields: true,
  },
  { ...daily, type: "daily_sleep", path: "daily_sleep", instant: "timestamp" },
  { ...daily, type: "daily_spo2", path: "daily_spo2", scope: "spo2", refusal: 401 },
  { ...daily, type: "daily_stress", path: "daily_stress" },
  { ...event, type: "enhanced_tag", path: "enhanced_tag", scope: "tag", instant: "start_time" },
  { ...series, type: "heart_rate", path: "heartrate", scope: "heartrate", refusal: 403 },
  {
    type: "personal_info",
    path: "personal_info",
    family: "none",
    end: "inclusive",
    scope: null,
    refusal: 403,
    single: false,
  },
  { ...event, type: "rest_mode_period", path: "rest_mode_period", scope: "daily" },
  {
    ...series,
    type: "ring_battery_level",
    path: "ring_battery_level",
    scope: "ring_configuration",
    refusal: 401,
  },
  {
    type: "ring_configuration",
    path: "ring_configuration",
    family: "none",
    end: "inclusive",
    scope: "ring_configuration",
    refusal: 401,
    single: true,
  },
  { ...event, type: "session", path: "session", scope: "session", instant: "start_datetime" },
  { ...daily, type: "sleep", path: "sleep", instant: "bedtime_start" },
  { ...daily, type: "sleep_time", path: "sleep_time" },
  { ...event, type: "tag", path: "tag", scope: "tag", instant: "timestamp" },
  {
    ...event,
    type: "vo2_max",
    path: "vO2_max",
    scope: "heart_health",
    instant: "timestamp",
  },
  {
    ...event,
    end: "inclusive",
    type: "workout",
    path: "workout",
    scope: "workout",
    instant: "start_datetime",
  },
];

/** The route of a path's last segment. */
export function routeOf(path: string): Route | undefined {
  return ROUTES.find((route) => route.path === path);
}
