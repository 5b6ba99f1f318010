/** The numbers that a client takes, and what they may be. */
import { UsageError } from "../../errors.ts";

/** An allowed range, both ends included. */
interface Range {
  readonly least: number;
  readonly most: number;
  readonly unit: string;
}

const DAY_MS = 86_400_000;

const RANGES = {
  timeoutMs: { least: 1, most: 3_600_000, unit: " ms" },
  retries: { least: 0, most: 100, unit: "" },
  patienceMs: { least: 0, most: DAY_MS, unit: " ms" },
  concurrency: { least: 1, most: 32, unit: "" },
} as const satisfies Readonly<Record<string, Range>>;

/** Options by name; an option that is absent is not checked. */
export type NumberOptions = { readonly [Name in keyof typeof RANGES]?: number | undefined };

/**
 * Checks the numbers among the options of the library.
 * @throws {UsageError} `OPTION_RANGE`, when one is not a whole number in its range.
 */
export function checkRanges(options: NumberOptions): void {
  for (const [name, { least, most, unit }] of Object.entries(RANGES)) {
    const value = options[name as keyof NumberOptions];
    if (value === undefined) continue;
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new UsageError(
      "OPTION_RANGE",
      `${name} must be a whole number from ${least} to ${most}${unit}; ` +
        `current value is ${String(value)}`,
    );
  }
}
