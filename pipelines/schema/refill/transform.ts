/** What a stored document says to the columns and series of a refill. */
import type { PipelineType } from "../../../config/model.ts";
import { type ColumnValue, fit } from "../../../lib/values/column_type.ts";
import type { Samples } from "../../stages/series/samples.ts";
import { valueColumns } from "../../stages/table.ts";
import { createTransform, type Reject, type Transform } from "../../stages/transform.ts";
import type { RefillColumn } from "./sql.ts";

/** The outcome for one document. */
export interface Refilled {
  /** Identity of the document within wearer and type; null where it has none. */
  readonly key: string | null;
  /** In the order of the columns; null for a value that does not fit. */
  readonly values: readonly ColumnValue[];
  /** In the order of the series; undefined where they do not fit and stay as they were. */
  readonly samples: readonly (Samples | null | undefined)[];
  readonly rejects: readonly Reject[];
}

/** Reads the values of stored documents, or of the previous column where there is no document. */
export interface RefillTransform {
  document(document: unknown): Refilled;
  /** @param row The previous value of the column at place `i` as `f<i>`. */
  previous(row: Readonly<Record<string, unknown>>): Refilled;
}

/**
 * Compiles the refill of some columns and series out of the transform that `sync` uses. A document
 * in which one value does not fit is read again column by column, so that the others are filled.
 * @param type The data type with nothing but the columns and series to fill.
 */
export function createRefillTransform(
  type: PipelineType,
  columns: readonly RefillColumn[],
): RefillTransform {
  const transform = createTransform(type);
  const read = columns.map(({ name }) => placeOf(transform, name));
  const alone = lazily(() =>
    columns.map(({ name }) => {
      const only = type.columns.filter((column) => column.name === name);
      const transform = createTransform({ ...type, columns: only, series: [] });
      return { transform, place: placeOf(transform, name) };
    })
  );
  const seriesAlone = lazily(() =>
    type.series.map((series) => createTransform({ ...type, columns: [], series: [series] }))
  );

  function oneByOne(document: unknown, key: string | null): Refilled {
    const rejects: Reject[] = [];
    const rowOf = (transform: Transform) => {
      const outcome = transform(document);
      if ("row" in outcome) return outcome.row;
      rejects.push(outcome.reject);
      return undefined;
    };
    const values = alone().map(({ transform, place }) => rowOf(transform)?.values[place] ?? null);
    const samples = seriesAlone().map((transform) => {
      const outcome = transform(document);
      const reject = "row" in outcome ? outcome.unread : outcome.reject;
      if (reject) rejects.push(reject);
      return "row" in outcome && !outcome.unread ? outcome.row.samples[0] : undefined;
    });
    return { key, values, samples, rejects: distinct(rejects) };
  }

  return {
    document(document) {
      const outcome = transform(document);
      if ("reject" in outcome) return oneByOne(document, outcome.reject.key);
      if (outcome.unread) return oneByOne(document, outcome.row.key);
      const { key, values, samples } = outcome.row;
      return { key, values: read.map((place) => values[place]!), samples, rejects: [] };
    },
    previous(row) {
      const rejects: Reject[] = [];
      const values = columns.map(({ name, type: expected }, i) => {
        const fitted = fit(row[`f${i}`], expected);
        if (fitted.ok) return fitted.value;
        const key = String(row.k1);
        const { reason } = fitted;
        rejects.push({ key, path: "", column: name, expected, reason, document: null });
        return null;
      });
      return { key: null, values, samples: [], rejects };
    },
  };
}

function placeOf({ table }: Transform, column: string): number {
  return valueColumns(table).findIndex(({ name }) => name === column);
}

/** A document that is broken as a whole is refused by every column for the same reason. */
function distinct(rejects: readonly Reject[]): Reject[] {
  const seen = new Map(rejects.map((reject) => [`${reject.column} ${reject.path}`, reject]));
  return [...seen.values()];
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
