/** What is there for each type and day, and why the rest is not: the same answer as `gaps`. */
import type { DaySpan } from "../../lib/values/days.ts";
import type { Gap } from "../gaps/find_gaps.ts";
import { wearerGaps } from "../gaps/wearer_gaps.ts";
import { isPartial } from "../metrics/partial.ts";
import { daysOf, type Source } from "../metrics/source.ts";

/** A type over the days of a span. */
export interface TypeCoverage {
  readonly dataType: string;
  /** For each day `data`, `partial`, or the cause `gaps` names. */
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
  const gaps = await wearerGaps(source, span);
  const days = daysOf(span);
  const places = new Map(days.map((day, i) => [day, i]));
  const types = pipeline.types.filter(({ window }) => window.by !== "none").map(({ name }) => {
    const cells: string[] = days.map((day) =>
      day > source.today ? "future" : isPartial(source, name, day) ? "partial" : "data"
    );
    for (const gap of gaps) {
      if (gap.dataType !== name || gap.from === null || gap.to === null) continue;
      const last = places.get(gap.to) ?? days.length - 1;
      for (let i = places.get(gap.from) ?? 0; i <= last; i++) {
        if (days[i]! <= source.today) cells[i] = gap.cause;
      }
    }
    const present = cells.filter((cell) => cell === "data" || cell === "partial").length;
    return { dataType: name, cells, present };
  });
  return { span, days, types, gaps };
}
