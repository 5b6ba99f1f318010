/**
 * The panels of Grafana, as SQL against the shipped `oura.yaml`. `$wearer` is the variable on top of
 * every dashboard; the macros are those of Grafana's PostgreSQL data source. Days are drawn at their
 * own midnight in UTC, because a day is the wearer's and has no instant.
 */
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";

/** A panel. */
export interface Panel {
  readonly title: string;
  readonly kind: "timeseries" | "table" | "stat" | "barchart";
  /** In Grafana's names: `suffix:…` where it has none. */
  readonly unit?: string;
  /** Of 24. */
  readonly width?: number;
  readonly sql: string;
}

/** A dashboard. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  /** What it shows at first. */
  readonly from: string;
  readonly panels: readonly Panel[];
}

const OF_WEARER = "user_id = '$wearer' AND deleted_at IS NULL";
const IN_SPAN = "day BETWEEN $__timeFrom()::timestamptz::date AND $__timeTo()::timestamptz::date";
const WHERE = `WHERE ${OF_WEARER} AND ${IN_SPAN}`;

/** Columns of a table with a row per day. */
function daily(table: string, columns: string): string {
  return `SELECT day::timestamptz AS "time", ${columns} FROM oura.${q(table)} ${WHERE} ORDER BY 1`;
}

/** Columns of the main night of each day: the long sleep with the longest total sleep. */
function nightly(columns: string): string {
  return `SELECT DISTINCT ON (day) day::timestamptz AS "time", ${columns} FROM oura.sleep ` +
    `${WHERE} AND type = 'long_sleep' ORDER BY day, total_sleep_duration DESC NULLS LAST`;
}

/** Days that are not over are left out of sums that still grow. */
const OVER =
  "AND day < (now() AT TIME ZONE coalesce(utc_offset, interval '0') - interval '4 hours')::date";

/** All dashboards. */
export const DASHBOARDS: readonly Dashboard[] = [
  {
    uid: "oura-sleep",
    title: "Oura: sleep",
    from: "now-90d",
    panels: [
      {
        title: "Sleep score",
        kind: "timeseries",
        width: 12,
        sql: daily("daily_sleep", `score AS "score"`),
      },
      {
        title: "Stages",
        kind: "timeseries",
        unit: "s",
        width: 12,
        sql: nightly(
          `deep_sleep_duration AS "deep", light_sleep_duration AS "light", rem_sleep_duration AS "REM", awake_time AS "awake"`,
        ),
      },
      {
        title: "Time to bed and time up, hours from midnight",
        kind: "timeseries",
        width: 12,
        sql: nightly(
          `extract(epoch FROM bedtime_start AT TIME ZONE utc_offset - day::timestamp) / 3600 AS "to bed", ` +
            `extract(epoch FROM bedtime_end AT TIME ZONE utc_offset - day::timestamp) / 3600 AS "up"`,
        ),
      },
      {
        title: "Efficiency and latency",
        kind: "timeseries",
        width: 12,
        sql: nightly(`efficiency AS "efficiency, %", latency / 60.0 AS "to fall asleep, min"`),
      },
      {
        title: "Contributors",
        kind: "timeseries",
        width: 12,
        sql: daily(
          "daily_sleep",
          "deep_sleep_score, efficiency_score, latency_score, rem_sleep_score, restfulness_score, timing_score, total_sleep_score",
        ),
      },
      {
        title: "Changes of the staging algorithm",
        kind: "table",
        width: 12,
        sql:
          `SELECT day, before AS "from", version AS "to" FROM (SELECT day, sleep_algorithm_version AS version, ` +
          `lag(sleep_algorithm_version) OVER (ORDER BY day) AS before FROM oura.sleep ${WHERE} AND type = 'long_sleep') AS nights ` +
          `WHERE before <> version ORDER BY day`,
      },
    ],
  },
  {
    uid: "oura-heart",
    title: "Oura: heart",
    from: "now-30d",
    panels: [
      {
        title: "Heart rate",
        kind: "timeseries",
        unit: "suffix: bpm",
        width: 24,
        // From the hourly roll-up, which answers for ten years as it does for a day.
        sql: `SELECT $__timeGroup(hour, $__interval) AS "time", min(bpm_min) AS "lowest", ` +
          `sum(bpm_sum) / sum(samples) AS "mean", max(bpm_max) AS "highest" FROM oura.heart_rate_hours ` +
          `WHERE user_id = '$wearer' AND $__timeFilter(hour) GROUP BY 1 ORDER BY 1`,
      },
      {
        title: "Lowest and average at night",
        kind: "timeseries",
        unit: "suffix: bpm",
        width: 12,
        sql: nightly(`lowest_heart_rate AS "lowest", average_heart_rate AS "average"`),
      },
      {
        title: "HRV (RMSSD) at night",
        kind: "timeseries",
        unit: "ms",
        width: 12,
        sql: nightly(`average_hrv AS "HRV (RMSSD)"`),
      },
      {
        title: "Heart rate by hour of the day (UTC)",
        kind: "barchart",
        unit: "suffix: bpm",
        width: 12,
        sql:
          `SELECT to_char(hour AT TIME ZONE 'UTC', 'HH24') AS "hour", sum(bpm_sum) / sum(samples) AS "mean" ` +
          `FROM oura.heart_rate_hours WHERE user_id = '$wearer' AND $__timeFilter(hour) GROUP BY 1 ORDER BY 1`,
      },
      {
        title: "Samples by source",
        kind: "barchart",
        width: 12,
        sql: `SELECT source, sum(samples) AS "samples" FROM oura.heart_rate_hours ` +
          `WHERE user_id = '$wearer' AND $__timeFilter(hour) GROUP BY 1 ORDER BY 2 DESC`,
      },
    ],
  },
  {
    uid: "oura-activity",
    title: "Oura: activity and stress",
    from: "now-90d",
    panels: [
      {
        title: "Steps",
        kind: "timeseries",
        width: 12,
        sql:
          `SELECT day::timestamptz AS "time", steps FROM oura.daily_activity ${WHERE} ${OVER} ORDER BY 1`,
      },
      {
        title: "Energy",
        kind: "timeseries",
        unit: "suffix: kcal",
        width: 12,
        sql:
          `SELECT day::timestamptz AS "time", active_calories AS "active", total_calories AS "total" ` +
          `FROM oura.daily_activity ${WHERE} ${OVER} ORDER BY 1`,
      },
      {
        title: "Time by intensity",
        kind: "timeseries",
        unit: "s",
        width: 12,
        sql:
          `SELECT day::timestamptz AS "time", high_activity_time AS "high", medium_activity_time AS "medium", ` +
          `low_activity_time AS "low" FROM oura.daily_activity ${WHERE} ${OVER} ORDER BY 1`,
      },
      {
        title: "Stress and recovery",
        kind: "timeseries",
        unit: "s",
        width: 12,
        sql: daily(
          "daily_stress",
          `stress_high AS "high stress", recovery_high AS "high recovery"`,
        ),
      },
      {
        title: "Workouts",
        kind: "table",
        width: 24,
        sql: `SELECT start_datetime AS "time", activity, intensity, ` +
          `round(extract(epoch FROM end_datetime - start_datetime) / 60) AS "minutes", ` +
          `round(calories::numeric) AS "kcal", round(distance_m::numeric / 1000, 1) AS "km" ` +
          `FROM oura.workout ${WHERE} ORDER BY 1 DESC LIMIT 200`,
      },
    ],
  },
  {
    uid: "oura-body",
    title: "Oura: body",
    from: "now-180d",
    panels: [
      {
        title: "Temperature deviation",
        kind: "timeseries",
        unit: "celsius",
        width: 12,
        sql: daily(
          "daily_readiness",
          `temperature_deviation AS "deviation", temperature_trend_deviation AS "trend"`,
        ),
      },
      {
        title: "Blood oxygen (SpO2)",
        kind: "timeseries",
        unit: "percent",
        width: 12,
        sql: daily("daily_spo2", `spo2_average AS "SpO2"`),
      },
      {
        title: "Breathing rate at night",
        kind: "timeseries",
        unit: "suffix: /min",
        width: 12,
        sql: nightly(`average_breath AS "breathing rate"`),
      },
      {
        title: "Readiness score",
        kind: "timeseries",
        width: 12,
        sql: daily("daily_readiness", `score AS "score"`),
      },
      {
        title: "Cardiovascular age",
        kind: "timeseries",
        unit: "suffix: years",
        width: 12,
        sql: daily("daily_cardiovascular_age", `vascular_age AS "cardiovascular age"`),
      },
      {
        title: "VO2 max",
        kind: "timeseries",
        unit: "suffix: mL/kg/min",
        width: 12,
        sql: daily("vo2_max", `vo2_max AS "VO2 max"`),
      },
    ],
  },
  {
    uid: "oura-health",
    title: "Oura: data health",
    from: "now-30d",
    panels: [
      {
        title: "Hours since the last complete reading",
        kind: "stat",
        unit: "h",
        width: 8,
        sql:
          `SELECT extract(epoch FROM now() - max(fetched_at)) / 3600 AS "hours" FROM oura.sync_windows ` +
          `WHERE user_id = '$wearer' AND state = 'done'`,
      },
      {
        title: "Hours since the newest heart rate",
        kind: "stat",
        unit: "h",
        width: 8,
        sql:
          `SELECT extract(epoch FROM now() - max(hour)) / 3600 AS "hours" FROM oura.heart_rate_hours WHERE user_id = '$wearer'`,
      },
      {
        title: "Documents in quarantine",
        kind: "stat",
        width: 8,
        sql:
          `SELECT count(*) AS "documents" FROM oura.rejects WHERE user_id = '$wearer' AND state = 'open'`,
      },
      {
        title: "Last reading of each type",
        kind: "table",
        width: 12,
        sql:
          `SELECT data_type, max(fetched_at) AS "read", max(to_day) AS "until" FROM oura.sync_windows ` +
          `WHERE user_id = '$wearer' AND state = 'done' GROUP BY data_type ORDER BY 2, 1`,
      },
      {
        title: "Runs",
        kind: "table",
        width: 12,
        sql:
          `SELECT started_at AS "time", command, state, requests, rows_inserted AS "new", rows_updated AS "changed", ` +
          `rows_rejected AS "rejected", error_code FROM oura.sync_runs ` +
          `WHERE user_id = '$wearer' AND $__timeFilter(started_at) ORDER BY 1 DESC LIMIT 100`,
      },
      {
        title: "Rows by run",
        kind: "timeseries",
        width: 24,
        sql:
          `SELECT started_at AS "time", rows_inserted AS "new", rows_updated AS "changed" FROM oura.sync_runs ` +
          `WHERE user_id = '$wearer' AND $__timeFilter(started_at) ORDER BY 1`,
      },
    ],
  },
];
