/** What a benchmark found, beside what it is compared with and the budget of the design. */
import { fileURLToPath } from "node:url";

/** One line of the results. */
export interface Result {
  readonly what: string;
  /** The median of the rounds. */
  readonly measured: number;
  readonly unit: string;
  /** What it is compared with, measured in the same run; null where the budget is a plain number. */
  readonly reference: { readonly what: string; readonly measured: number } | null;
  /** The median of the rounds of measured ÷ reference; without a reference what was measured. */
  readonly ratio: number;
  /** Empty for a result that only shows a limit of another one. */
  readonly budget: { readonly atMost?: number; readonly atLeast?: number };
  readonly isWithin: boolean;
}

/** What {@linkcode resultOf} takes. Lists hold a value per round, in the order of the rounds. */
export interface Measurement {
  readonly what: string;
  readonly measured: readonly number[];
  readonly unit: string;
  readonly reference?: { readonly what: string; readonly measured: readonly number[] };
  readonly budget: Result["budget"];
}

/**
 * Makes the result of several rounds. Each round's ratio is of what was measured side by side, so
 * that a machine that is busy for a while slows both down.
 */
export function resultOf({ what, measured, unit, reference, budget }: Measurement): Result {
  const ratio = median(
    reference ? measured.map((value, i) => value / reference.measured[i]!) : measured,
  );
  const { atMost = Infinity, atLeast = -Infinity } = budget;
  return {
    what,
    measured: rounded(median(measured)),
    unit,
    reference: reference
      ? { what: reference.what, measured: rounded(median(reference.measured)) }
      : null,
    ratio: rounded(ratio),
    budget,
    isWithin: ratio <= atMost && ratio >= atLeast,
  };
}

/** Whether a result is held against a budget. */
export function hasBudget({ budget: { atMost, atLeast } }: Result): boolean {
  return atMost !== undefined || atLeast !== undefined;
}

/** The middle one of several measurements. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The results of a case, and under what conditions they came about. */
export interface CaseResults {
  /** The day. */
  readonly at: string;
  readonly processors: number;
  /** Programs that wanted a processor, on average over the minute before the end. */
  readonly load: number;
  readonly results: readonly Result[];
}

/** Results by the name of their case. */
export type Results = Record<string, CaseResults>;

const FILE = fileURLToPath(new URL("results.json", import.meta.url));

/** The results on record. */
export async function readResults(): Promise<Results> {
  return JSON.parse(await Deno.readTextFile(FILE)) as Results;
}

/** Writes the results of a case; those of other cases stay. */
export async function writeResults(name: string, results: readonly Result[]): Promise<void> {
  const conditions = {
    at: new Date().toISOString().slice(0, 10),
    processors: navigator.hardwareConcurrency,
    load: rounded(Deno.loadavg()[0]!),
  };
  const all: Results = { ...await readResults(), [name]: { ...conditions, results } };
  await Deno.writeTextFile(FILE, `${JSON.stringify(all, null, 2)}\n`);
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
