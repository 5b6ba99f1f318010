/** Numbers and durations as options give them. */
import type { Concurrency } from "../../lib/oura/http/request_limit.ts";
import { UsageError } from "../../lib/errors.ts";

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
