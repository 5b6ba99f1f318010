/** The options of `sync`, checked, as what the pipeline is asked to do. */
import type { Concurrency } from "../../lib/oura/http/request_limit.ts";
import type { Pipeline } from "../../config/model.ts";
import { nearest } from "../../config/yaml/suggest.ts";
import {
  addDays,
  type DaySpan,
  earlierDay,
  isCalendarDate,
  utcDay,
} from "../../lib/values/days.ts";
import { UsageError } from "../../lib/errors.ts";
import type { Demand } from "../../pipelines/sync/windows.ts";

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
 * @throws {UsageError} When a date is none, they are in the wrong order, or options contradict.
 */
export function demandOf(options: SpanOptions, daysBack: number, now: Date): Demand {
  const { startDate, endDate } = options;
  if (startDate === undefined && endDate !== undefined) {
    throw new UsageError("OPTION_MISSING", "--end-date needs --start-date", {
      hint: "Name both: --start-date 2026-01-01 --end-date 2026-01-31",
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
 * The first and the last day of two options, of which either may be left out. A last day to come is
 * brought forward: nobody has data of it, and asking for decades of it costs requests.
 * @throws {UsageError} When one is no day, the first comes after the last, or is yet to come.
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

/** The last day that anybody can have data of: a wearer east of UTC is in tomorrow already. */
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
    hint: "There was no ring then. Every day asked for costs requests.",
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
  return [...new Set(names)];
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

/**
 * `--concurrency`: `auto`, or a number.
 * @throws {UsageError} When it is neither.
 */
export function concurrencyOption(value: string): Concurrency {
  return value === "auto" ? value : numberOption("--concurrency", value, 1, 32);
}

/** Loading is bound by the processors: more connections than these gain nothing. */
const MOST_CONNECTIONS = 5;

/** Database connections for so many requests at once, and one for the leases. */
export function poolSizeFor(concurrency: Concurrency): number {
  return concurrency === "auto" ? MOST_CONNECTIONS : Math.min(concurrency + 1, MOST_CONNECTIONS);
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
