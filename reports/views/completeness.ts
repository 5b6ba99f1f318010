/** What is there for each type and day, and why the rest is not: the same answer as `gaps`. */
import type { DaySpan } from "../../lib/values/days.ts";
import type { Gap } from "../gaps/find_gaps.ts";
import type { GapCause } from "../gaps/reasons.ts";
import { wearerGaps } from "../gaps/wearer_gaps.ts";
import { isPartial } from "../metrics/partial.ts";
import { daysOf, type Source } from "../metrics/source.ts";

/** A type over the days of a span. */
export interface TypeCoverage {
  readonly dataType: string;
  /**
   * For each day `data`, `partial`, `future` or the cause that `gaps` names. Of what does not occur
   * daily, such as a workout, a day without it is `none`, or `none_yet` while it may still arrive.
   */
  readonly cells: readonly string[];
  /** Days with data. */
  readonly present: number;
}

/** The view model. */
export interface Completeness {
  readonly span: DaySpan;
  readonly days: readonly string[];
  readonly types: readonly TypeCoverage[];
  /** Spans without data, with what is known of them. */
  readonly gaps: readonly Gap[];
}

/** Reads the completeness of a span. */
export async function completeness(source: Source, span: DaySpan): Promise<Completeness> {
  const { pipeline } = source;
  const found = await wearerGaps(source, span);
  const days = daysOf(span);
  const places = new Map(days.map((day, i) => [day, i]));
  const dated = pipeline.types.filter(({ window }) => window.by !== "none");
  const types = dated.map(({ name, occasional }) => {
    const cells: string[] = days.map((day) =>
      day > source.today ? "future" : isPartial(source, name, day) ? "partial" : "data"
    );
    for (const { dataType, from, to, cause } of found) {
      if (dataType !== name || from === null || to === null) continue;
      const last = places.get(to) ?? days.length - 1;
      for (let i = places.get(from) ?? 0; i <= last; i++) {
        if (days[i]! <= source.today) cells[i] = (occasional && RARELY[cause]) || cause;
      }
    }
    const present = cells.filter((cell) => cell === "data" || cell === "partial").length;
    return { dataType: name, cells, present };
  });
  const rare = new Set(dated.filter(({ occasional }) => occasional).map(({ name }) => name));
  const gaps = found.filter(({ dataType, cause }) => cause !== "no_data" || !rare.has(dataType));
  return { span, days, types, gaps };
}

/** What an empty day of a type is called that does not occur daily. */
const RARELY: Readonly<Partial<Record<GapCause, string>>> = {
  no_data: "none",
  no_data_yet: "none_yet",
};
