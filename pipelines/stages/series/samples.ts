/** The samples of a document: an array or a phase text, with its start and the time between items. */
import type { Series } from "../../../config/model.ts";
import { fit, kindOf } from "../../../lib/values/column_type.ts";
import { formatFieldPath } from "../../../lib/values/field_path.ts";
import { isStorableText } from "../../../lib/values/pg_limits.ts";
import { obstacleAt, valueAt } from "../value_at.ts";

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
export type SamplesRead = { readonly samples: Samples | null } | UnreadSeries;

/** A series of a document that cannot be read. */
export interface UnreadSeries {
  /** The name of its table. */
  readonly series: string;
  /** Where in the document. */
  readonly path: string;
  /** Why, without the value. */
  readonly reason: string;
}

/** Reads the samples of one series from a document. */
export type SeriesReader = (document: unknown) => SamplesRead;

/** Oura measures every few seconds or minutes. Much more would lead out of what a database calls time. */
const MOST_SECONDS = 86_400;

/** Compiles the reader of a series. */
export function createSeriesReader(series: Series): SeriesReader {
  const path = formatFieldPath(series.path);
  const unread = (inside: string, reason: string): UnreadSeries => ({
    series: series.name,
    path: inside === "" ? path : `${path}.${inside}`,
    reason,
  });
  const readItems = series.shape === "string"
    ? (value: unknown) => readText(value, series.codes)
    : readNumbers;

  const read = (items: unknown, from: unknown, every: unknown): SamplesRead => {
    if (items === null || items === undefined) return { samples: null };
    const values = readItems(items);
    if (!Array.isArray(values)) return unread(values.at, values.reason);
    // A list without a single measurement needs no start.
    if (values.every((value) => value === null)) return { samples: null };
    const instant = fit(from, "timestamptz");
    if (!instant.ok) return unread("", `the start of the samples: ${instant.reason}`);
    if (instant.value === null) return unread("", "the samples have no start");
    const seconds = fit(every, "double precision");
    if (!seconds.ok || !(Number(seconds.value) > 0 && Number(seconds.value) <= MOST_SECONDS)) {
      return unread("", "the time between the samples is not a number of seconds, at most a day");
    }
    const start = String(instant.value);
    return { samples: { start, every: Number(seconds.value), values } };
  };

  const obstacle = (document: unknown, value: unknown): UnreadSeries | null => {
    const found = value === undefined ? obstacleAt(document, series.path) : null;
    return found && unread("", `${found.kind} where an object belongs`);
  };

  if (series.shape !== "samples") {
    return (document) => {
      const items = valueAt(document, series.path);
      return obstacle(document, items) ??
        read(items, valueAt(document, series.start!), series.everySeconds);
    };
  }
  return (document) => {
    const value = valueAt(document, series.path);
    if (value === null || value === undefined) {
      return obstacle(document, value) ?? { samples: null };
    }
    if (typeof value !== "object" || Array.isArray(value)) {
      return unread("", `${kindOf(value)} where {interval, items, timestamp} belongs`);
    }
    const { items, timestamp, interval } = value as Record<string, unknown>;
    return read(items, timestamp, interval);
  };
}

type Items = (number | string | null)[] | { at: string; reason: string };

function readNumbers(items: unknown): Items {
  if (!Array.isArray(items)) return { at: "", reason: `${kindOf(items)} is not a list` };
  let converted: (number | null)[] | null = null;
  for (let i = 0; i < items.length; i++) {
    if (items[i] === null || Number.isFinite(items[i])) continue;
    const fitted = fit(items[i], "double precision");
    if (!fitted.ok) return { at: String(i), reason: fitted.reason };
    // A number as text, which few lists hold: the others are used as they are.
    converted ??= [...items];
    converted[i] = fitted.value as number | null;
  }
  return converted ?? items;
}

/** A code that the configuration does not name stays as it is: Oura adds codes without notice. */
function readText(text: unknown, codes: Series["codes"]): Items {
  if (typeof text !== "string") return { at: "", reason: `${kindOf(text)} is not text` };
  if (!isStorableText(text)) {
    return { at: "", reason: "the text holds a character no database stores" };
  }
  return Array.from(text, (character) => codes?.[character] ?? character);
}
