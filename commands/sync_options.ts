/** The options of `sync`, checked, as what the pipeline is asked to do. */
import type { Pipeline } from "../config/model.ts";
import { nearest } from "../config/suggest.ts";
import { isCalendarDate } from "../lib/column_type.ts";
import { addDays, utcDay } from "../lib/days.ts";
import { UsageError } from "../lib/errors.ts";
import type { Demand } from "../pipelines/windows.ts";

/** Days as typed. */
export interface SpanOptions {
  initial?: boolean;
  fullRefresh?: boolean;
  startDate?: string;
  endDate?: string;
}

/**
 * What the options ask for.
 * @throws {UsageError} When a date is none, they are in the wrong order, or options contradict.
 */
export function demandOf(options: SpanOptions, daysBack: number, now: Date): Demand {
  const today = utcDay(now);
  if (options.startDate === undefined && options.endDate !== undefined) {
    throw new UsageError("OPTION_MISSING", "--end-date needs --start-date", {
      hint: "Name both: --start-date 2026-01-01 --end-date 2026-01-31",
    });
  }
  if (options.startDate !== undefined) {
    if (options.initial) {
      throw new UsageError("OPTION_CONFLICT", "--initial and --start-date contradict each other");
    }
    const from = dayOption("--start-date", options.startDate);
    const to = options.endDate === undefined
      ? addDays(today, 1)
      : dayOption("--end-date", options.endDate);
    if (from > to) {
      throw new UsageError("DATES_REVERSED", `--start-date ${from} is after --end-date ${to}`, {
        hint: "Swap them: the start comes first, and both days are included.",
      });
    }
    return { kind: "exactly", span: { from, to } };
  }
  const initial = addDays(today, -daysBack);
  if (options.initial && options.fullRefresh) {
    return { kind: "exactly", span: { from: initial, to: addDays(today, 1) } };
  }
  if (options.initial) return { kind: "since", from: initial };
  return options.fullRefresh ? { kind: "everything" } : { kind: "owed" };
}

/**
 * A day as an option gives it.
 * @throws {UsageError} When it is no calendar day.
 */
export function dayOption(option: string, value: string): string {
  if (isCalendarDate(value)) return value;
  throw new UsageError("BAD_DATE", `${option} ${value} is not a calendar day`, {
    hint: "Write it as YYYY-MM-DD, such as 2026-01-31.",
  });
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
    const near = nearest(name, known);
    throw new UsageError("UNKNOWN_TYPE", `${pipeline.file} has no data type "${name}"`, {
      hint: near ? `Did you mean ${near}?` : `It has: ${known.join(", ")}`,
    });
  }
  if (names.length === 0) throw new UsageError("OPTION_MISSING", "--types names no data type");
  return names;
}

/**
 * A whole number as an option gives it.
 * @throws {UsageError} When it is none, or outside the range.
 */
export function numberOption(option: string, value: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(
    "BAD_NUMBER",
    `${option} ${value} is not a whole number from ${least} to ${most}`,
  );
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * A time span as an option gives it, such as `90s`, `15m` or `2h`, in milliseconds.
 * @throws {UsageError} When it is none, shorter than `leastMs`, or longer than a day.
 */
export function durationOption(option: string, value: string, leastMs = 0): number {
  const match = /^(\d{1,5})([smh])$/.exec(value);
  const ms = match ? Number(match[1]) * UNIT_MS[match[2]!]! : NaN;
  if (ms >= leastMs && ms <= 24 * UNIT_MS.h!) return ms;
  throw new UsageError(
    "BAD_DURATION",
    `${option} ${value} is not a duration ${
      leastMs > 0 ? `from ${leastMs / 1_000}s ` : ""
    }up to 24h`,
    {
      hint: "Write it as 90s, 15m or 2h.",
    },
  );
}
