/** The samples of a document: an array or a phase text, with its start and the time between items. */
import type { Series } from "../../config/model.ts";
import { fit, kindOf } from "../../lib/column_type.ts";
import { isStorableText } from "../../lib/storable.ts";
import { valueAt } from "../value_at.ts";

/** Evenly spaced samples as they are stored. */
export interface Samples {
  /** The first item's instant. */
  readonly start: string;
  /** Seconds between items. */
  readonly every: number;
  /** In order; null where nothing was measured. */
  readonly values: readonly (number | string | null)[];
}

/** The samples, null where the document has none, or why they cannot be stored. */
export type SamplesRead =
  | { readonly samples: Samples | null }
  | { readonly path: string; readonly reason: string };

/** Reads the samples of one series from a document. */
export type SeriesReader = (document: unknown) => SamplesRead;

/** Oura measures every few seconds or minutes. Much more would lead out of what a database calls time. */
const MOST_SECONDS = 86_400;

/** Compiles the reader of a series. */
export function createSeriesReader(series: Series): SeriesReader {
  const path = series.path.join(".");
  const misfit = (inside: string, reason: string): SamplesRead => ({
    path: inside === "" ? path : `${path}.${inside}`,
    reason,
  });
  const readItems = series.shape === "string"
    ? (value: unknown) => readText(value, series.codes)
    : readNumbers;

  const read = (items: unknown, start: unknown, every: unknown): SamplesRead => {
    if (items === null || items === undefined) return { samples: null };
    const values = readItems(items);
    if (!Array.isArray(values)) return misfit(values.at, values.reason);
    // A list without a single measurement needs no start.
    if (values.every((value) => value === null)) return { samples: null };
    const instant = fit(start, "timestamptz");
    if (!instant.ok) return misfit("", `the start of the samples: ${instant.reason}`);
    if (instant.value === null) return misfit("", "the samples have no start");
    if (typeof every !== "number" || !(every > 0 && every <= MOST_SECONDS)) {
      return misfit("", "the time between the samples is not a number of seconds, at most a day");
    }
    return { samples: { start: String(instant.value), every, values } };
  };

  if (series.shape !== "samples") {
    return (document) =>
      read(valueAt(document, series.path), valueAt(document, series.start!), series.everySeconds);
  }
  return (document) => {
    const value = valueAt(document, series.path);
    if (value === null || value === undefined) return { samples: null };
    if (typeof value !== "object" || Array.isArray(value)) {
      return misfit("", `${kindOf(value)} where {interval, items, timestamp} belongs`);
    }
    const { items, timestamp, interval } = value as Record<string, unknown>;
    return read(items, timestamp, interval);
  };
}

type Items = (number | string | null)[] | { at: string; reason: string };

function readNumbers(items: unknown): Items {
  if (!Array.isArray(items)) return { at: "", reason: `${kindOf(items)} is not a list` };
  for (let i = 0; i < items.length; i++) {
    if (items[i] === null || Number.isFinite(items[i])) continue;
    return { at: String(i), reason: `${kindOf(items[i])} is not a number` };
  }
  return items;
}

/** A code that the configuration does not name stays as it is: Oura adds codes without notice. */
function readText(text: unknown, codes: Series["codes"]): Items {
  if (typeof text !== "string") return { at: "", reason: `${kindOf(text)} is not text` };
  if (!isStorableText(text)) {
    return { at: "", reason: "the text holds a character no database stores" };
  }
  return Array.from(text, (character) => codes?.[character] ?? character);
}
