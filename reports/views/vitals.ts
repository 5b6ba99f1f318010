/** Figures of a day beside what is usual. */
import { dailyValues } from "../metrics/daily_values.ts";
import { type Metric, metricSources } from "../metrics/metrics.ts";
import { type Source, spanUntil } from "../metrics/source.ts";
import { type Maybe, type Usual, usualRange } from "../metrics/statistics.ts";
import { USUAL_DAYS } from "./trend.ts";

/** A figure beside what is usual. */
export interface Vital {
  readonly metric: Metric;
  readonly value: Maybe;
  readonly usual: Usual | null;
}

/** Ids of the metrics at these paths, as far as columns are declared. */
export function idsOf(source: Source, paths: readonly string[]): string[] {
  const metrics = [...metricSources(source).values()];
  return paths.flatMap((path) => {
    const [typeName, ...rest] = path.split(".");
    const found = metrics.find(({ metric, type, series }) =>
      type.name === typeName && series === null &&
      type.columns.some(({ name, path }) =>
        metric.id === `${type.name}.${name}` && path.join(".") === rest.join(".")
      )
    );
    return found ? [found.metric.id] : [];
  });
}

/** Figures of a day beside their usual range of the 60 days before. */
export async function vitalsOf(
  source: Source,
  day: string,
  ids: readonly string[],
): Promise<Vital[]> {
  const all = await dailyValues(source, ids, spanUntil(day, USUAL_DAYS + 1));
  return all.map(({ metric, values }) => ({
    metric,
    value: values.at(-1) ?? null,
    usual: usualRange(values.slice(0, -1)),
  }));
}
