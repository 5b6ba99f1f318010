/** What is asked of a sync, from dates and names that a person or a program gives. */
import type { Pipeline } from "../../../config/model.ts";
import { nearest } from "../../../config/yaml/suggest.ts";
import { findKnownType } from "../../../lib/oura/catalog/index.ts";
import {
  addDays,
  type DaySpan,
  earlierDay,
  isCalendarDate,
  utcDay,
} from "../../../lib/values/days.ts";
import { UsageError } from "../../../lib/errors.ts";
import type { Demand } from "./windows.ts";

/** Long before the first ring; centuries would be asked for day by day. */
const EARLIEST_DAY = "2000-01-01";

/** Days as typed. */
export interface SpanOptions {
  initial?: boolean;
  fullRefresh?: boolean;
  startDate?: string;
  endDate?: string;
}

/**
 * What the options ask for.
 * @throws {UsageError} When a date is invalid, the dates are in the wrong order, or options contradict.
 */
export function demandOf(options: SpanOptions, daysBack: number, now: Date): Demand {
  const { startDate, endDate } = options;
  if (startDate === undefined && endDate !== undefined) {
    throw new UsageError("OPTION_MISSING", "--end-date needs --start-date", {
      hint: "Give both: --start-date 2026-01-01 --end-date 2026-01-31",
    });
  }
  const newest = newestDay(now);
  const { from, to = newest } = spanOption(
    ["--start-date", startDate],
    ["--end-date", endDate],
    now,
  );
  if (from !== undefined) {
    if (options.initial) {
      throw new UsageError("OPTION_CONFLICT", "--initial and --start-date contradict each other");
    }
    return { kind: "exactly", span: { from, to } };
  }
  const initial = addDays(utcDay(now), -daysBack);
  if (options.initial && options.fullRefresh) {
    return { kind: "exactly", span: { from: initial, to: newest } };
  }
  if (options.initial) return { kind: "since", from: initial };
  return options.fullRefresh ? { kind: "everything" } : { kind: "pending" };
}

/** An option's name and the day it gives. */
type GivenDay = readonly [option: string, value: string | undefined];

/**
 * The first and the last day of two options, either of which may be missing. A last day in the
 * future is replaced by the newest possible day: there is no data after it, and requests cost time.
 * @throws {UsageError} When one is no day, the first comes after the last, or is in the future.
 */
export function spanOption(first: GivenDay, last: GivenDay, now: Date): Partial<DaySpan> {
  const newest = newestDay(now);
  const from = dayOption(...first);
  const to = dayOption(...last);
  if (from !== undefined && to !== undefined && from > to) {
    throw new UsageError("DATES_REVERSED", `${first[0]} ${from} is after ${last[0]} ${to}`, {
      hint: "Swap them: the start comes first, and both days are included.",
    });
  }
  if (from !== undefined && from > newest) {
    throw new UsageError("BAD_DATE", `${first[0]} ${from} is in the future`);
  }
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to: earlierDay(to, newest) }),
  };
}

/** The last day that can have data: for a wearer east of UTC it may already be tomorrow. */
export function newestDay(now: Date): string {
  return addDays(utcDay(now), 1);
}

function dayOption(option: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!isCalendarDate(value)) {
    throw new UsageError("BAD_DATE", `${option} ${value} is not a calendar day`, {
      hint: "Write it as YYYY-MM-DD, such as 2026-01-31.",
    });
  }
  if (value >= EARLIEST_DAY) return value;
  throw new UsageError("BAD_DATE", `${option} ${value} is before ${EARLIEST_DAY}`, {
    hint: "Oura has no data before 2000-01-01.",
  });
}

function unknownTypeHint(name: string, known: readonly string[]): string {
  if (findKnownType(name)) return `To declare it, add a line "${name}: {}" under data_types.`;
  const near = nearest(name, known);
  return near ? `Did you mean ${near}?` : `It has: ${known.join(", ")}`;
}

/**
 * The data types of `--types a,b`; undefined when the option is not given.
 * @throws {UsageError} When the configuration has no such type.
 */
export function typesOption(value: string | undefined, pipeline: Pipeline): string[] | undefined {
  if (value === undefined) return undefined;
  const names = value.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const known = pipeline.types.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UsageError("UNKNOWN_TYPE", `${pipeline.file} has no data type "${name}"`, {
      hint: unknownTypeHint(name, known),
    });
  }
  if (names.length === 0) throw new UsageError("OPTION_MISSING", "--types names no data type");
  return [...new Set(names)];
}
