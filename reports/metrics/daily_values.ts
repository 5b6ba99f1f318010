/** The value of a metric for each day of a span. */
import type { DaySpan } from "../../lib/values/days.ts";
import type { PipelineType } from "../../config/model.ts";
import { isTimeKey } from "../../config/key.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { bpmOf } from "../../pipelines/rollup/heart_rate_hours.ts";
import { numberOf, textOf } from "./fields.ts";
import { offsetsOf, startsOf } from "./local_time.ts";
import { type Metric, type MetricSource, metricSources } from "./metrics.ts";
import { daysOf, read, type Source, tableName } from "./source.ts";
import type { Maybe } from "./statistics.ts";

/** A metric's values, one for each day. */
export interface DailyValues {
  readonly metric: Metric;
  readonly values: Maybe[];
}

/**
 * Values of metrics over the days of a span, in the order of `ids`.
 * @param ids Ids of no metric are ignored.
 */
export async function dailyValues(
  source: Source,
  ids: readonly string[],
  span: DaySpan,
): Promise<DailyValues[]> {
  const known = metricSources(source);
  const wanted = ids.flatMap((id) => known.get(id) ?? []);
  const days = daysOf(span);
  const places = new Map(days.map((day, i) => [day, i]));
  const found = new Map<string, Maybe[]>();
  const groups = Map.groupBy(wanted, ({ type, series }) => series?.name ?? type.name);
  for (const group of groups.values()) {
    const { type, series } = group[0]!;
    const rows = series
      ? await seriesRows(source, type, series.name, span)
      : isTimeKey(type.key)
      ? await instantRows(source, type, group, days)
      : await dayRows(source, type, group, span);
    for (const [column, { metric }] of group.entries()) {
      const values: Maybe[] = days.map(() => null);
      for (const row of rows) {
        const place = places.get(row.day);
        if (place !== undefined) values[place] = row[`m${column}`] as Maybe;
      }
      found.set(metric.id, values);
    }
  }
  return wanted.map(({ metric }) => ({ metric, values: found.get(metric.id)! }));
}

interface DayRow extends Record<string, unknown> {
  day: string;
}

const AGGREGATES = { sum: "sum", mean: "avg", lowest: "min" } as const;

function dayRows(
  source: Source,
  type: PipelineType,
  group: readonly MetricSource[],
  span: DaySpan,
): Promise<DayRow[]> {
  const one = group[0]!.metric.daily;
  if (one === "main night" || one === "latest") {
    const columns = group.map(({ value }, i) => `${value} AS m${i}`).join(", ");
    return read<DayRow>(
      source,
      one === "main night"
        ? mainNights(source, columns)
        : `SELECT DISTINCT ON (t.day) t.day, ${columns} FROM ${tableName(type)} t
          WHERE t.user_id = $1 AND t.deleted_at IS NULL AND t.day BETWEEN $2::date AND $3::date
          ORDER BY t.day, t.updated_at DESC`,
      span.from,
      span.to,
    );
  }
  const columns = group.map(({ value, metric }, i) =>
    `${
      AGGREGATES[metric.daily as keyof typeof AGGREGATES] ?? "avg"
    }(${value})::double precision AS m${i}`
  );
  return read<DayRow>(
    source,
    `SELECT t.day, ${columns.join(", ")} FROM ${tableName(type)} t
    WHERE t.user_id = $1 AND t.deleted_at IS NULL AND t.day BETWEEN $2::date AND $3::date
    GROUP BY t.day`,
    span.from,
    span.to,
  );
}

/**
 * The statement for the main night of each day from `$2` to `$3`: of several sleeps the long one
 * with the longest total sleep, never simply the first or the last.
 */
export function mainNights(source: Source, columns: string): string {
  return `SELECT DISTINCT ON (t.day) t.day, ${columns} FROM oura.sleep t
    WHERE t.user_id = $1 AND t.deleted_at IS NULL AND t.day BETWEEN $2::date AND $3::date
      AND ${textOf(source, "sleep", "type")} = 'long_sleep'
    ORDER BY t.day, ${numberOf(source, "sleep", "total_sleep_duration")} DESC NULLS LAST, t.id`;
}

/** Samples keyed by their instant, put on the wearer's days. Heart rate comes from its hours. */
async function instantRows(
  source: Source,
  type: PipelineType,
  group: readonly MetricSource[],
  days: readonly string[],
): Promise<DayRow[]> {
  const starts = startsOf(days, await offsetsOf(source, days));
  const bpm = bpmOf(type).replace(/^/, "t.");
  // The mean of the hours, so that dense samples of workouts do not weigh more than their time.
  const hourly = type.name === "heart_rate" && group.every(({ value }) => value === bpm);
  const columns = group.map(({ value, metric }, i) =>
    hourly
      ? `avg(t.mean) AS m${i}`
      : `${metric.daily === "lowest" ? "min" : "avg"}(${value}) AS m${i}`
  );
  const instant = hourly ? "t.hour" : `t."timestamp"`;
  const table = hourly
    ? `(SELECT hour, sum(bpm_sum) / sum(samples) AS mean FROM oura.heart_rate_hours
      WHERE user_id = $1 AND hour >= $3::timestamptz AND hour < $4::timestamptz
      GROUP BY hour) AS t WHERE true`
    : `${tableName(type)} AS t WHERE t.user_id = $1 AND t.deleted_at IS NULL
      AND ${instant} >= $3::timestamptz AND ${instant} < $4::timestamptz`;
  const rows = await read<{ place: number }>(
    source,
    // Among numbers width_bucket searches several times as fast as among instants.
    `SELECT width_bucket(date_part('epoch', ${instant}), $2::double precision[]) AS place,
      ${columns.join(", ")}
    FROM ${table} GROUP BY 1`,
    starts.slice(0, -1).map((start) => Date.parse(start) / 1000),
    starts[0],
    starts.at(-1),
  );
  return rows.map((row) => ({ ...row, day: days[row.place - 1]! }));
}

/** The mean of a series on each day, from its roll-up where there is one. */
async function seriesRows(
  source: Source,
  type: PipelineType,
  name: string,
  span: DaySpan,
): Promise<DayRow[]> {
  const parents = type.name === "sleep"
    ? mainNights(source, "t.id")
    : `SELECT t.day, t.id FROM ${tableName(type)} t WHERE t.user_id = $1 AND t.deleted_at IS NULL
      AND t.day BETWEEN $2::date AND $3::date`;
  const [{ filled } = { filled: false }] = await read<{ filled: boolean }>(
    source,
    `SELECT EXISTS (
      SELECT 1 FROM oura.series_documents WHERE user_id = $1 AND series = $2
    ) AS filled`,
    name,
  );
  // Several documents of a day weigh as much as they have samples.
  return filled
    ? await read<DayRow>(
      source,
      `SELECT p.day, sum(d.mean * d.samples) / sum(d.samples) AS m0 FROM (${parents}) p
      JOIN oura.series_documents d
        ON d.user_id = $1 AND d.series = $4 AND d.document_id = p.id GROUP BY p.day`,
      span.from,
      span.to,
      name,
    )
    : await read<DayRow>(
      source,
      `SELECT p.day, avg(s.value) AS m0 FROM (${parents}) p
      JOIN oura.${q(name)} s ON s.user_id = $1 AND s.document_id = p.id GROUP BY p.day`,
      span.from,
      span.to,
    );
}
