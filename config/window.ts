import type { WindowFamily } from "../lib/oura/catalog/data_type.ts";
import type { Declaration, TypeDeclaration } from "./yaml/grammar.ts";
import type { TypeWindow } from "./model.ts";
import type { Path, Report } from "./yaml/problem.ts";

const INITIAL_DAYS = 90;
const LOOKBACK_DAYS = 7;
const LATE_DAYS = 60;
/** Oura refuses longer spans of its time series. */
const LONGEST_DATETIME_CHUNK = 30;
/** By date Oura sends thousands of documents in one page; two years bound the memory of large ones. */
const DEFAULT_CHUNK: Readonly<Record<WindowFamily, number>> = { date: 730, datetime: 30, none: 90 };
/** Two days of padding at each end, or one where instants are asked for; the request must move on. */
const SHORTEST_CHUNK: Readonly<Record<WindowFamily, number>> = { date: 7, datetime: 3, none: 1 };

/** The window of a data type: its own words, else the defaults of the file, else ours. */
export function compileWindow(
  own: NonNullable<TypeDeclaration["window"]>,
  defaults: NonNullable<NonNullable<Declaration["defaults"]>["window"]>,
  by: WindowFamily,
  path: Path,
  report: Report,
): TypeWindow {
  const at = (key: string) => [...path, "window", key];
  const initialDays = own.initial ?? defaults.initial ?? INITIAL_DAYS;
  const lookbackDays = own.lookback ?? defaults.lookback ?? LOOKBACK_DAYS;
  const chunkDays = own.chunk ?? sharedChunk(defaults.chunk, by);
  const lateDays = own.late ?? defaults.late ?? LATE_DAYS;
  if (by === "datetime" && chunkDays > LONGEST_DATETIME_CHUNK) {
    report(at("chunk"), `Oura answers at most ${LONGEST_DATETIME_CHUNK}d a request here`);
  }
  if (chunkDays < SHORTEST_CHUNK[by]) {
    report(at("chunk"), `must be at least ${SHORTEST_CHUNK[by]}d, padding included`);
  }
  if (lookbackDays > initialDays && (own.lookback ?? own.initial) !== undefined) {
    const key = own.lookback === undefined ? "initial" : "lookback";
    report(at(key), `lookback (${lookbackDays}d) reaches further than initial (${initialDays}d)`);
  }
  return { by, initialDays, lookbackDays, lateDays, chunkDays };
}

/** What the file says for all types, as far as a type of this family can have it; else ours. */
function sharedChunk(days: number | undefined, by: WindowFamily): number {
  const longest = by === "datetime" ? LONGEST_DATETIME_CHUNK : Infinity;
  return Math.min(days ?? DEFAULT_CHUNK[by], longest);
}
