/** What goes into quarantine, and how: also what only the encoding of the database keeps out. */
import type { Repertoire } from "../../lib/db/driver/repertoire.ts";
import type { RejectEntry } from "../../lib/db/store/rejects.ts";
import { isShallow } from "../../lib/values/pg_limits.ts";
import type { Reject, Row, Transformed } from "./transform.ts";

/** Stands for a document that no `json` column can hold, nor any program read back. */
const TOO_DEEP = JSON.stringify("nested too deeply to be kept");

/**
 * The quarantine's form of a reject.
 * @param repertoire Has learned the characters of the document; null where every character fits.
 */
export function rejectEntry(reject: Reject, repertoire: Repertoire | null): RejectEntry {
  const document = isShallow(reject.document)
    ? JSON.stringify(reject.document) ?? "null"
    : TOO_DEEP;
  return {
    documentKey: reject.key,
    path: reject.path,
    column: reject.column,
    expected: reject.expected,
    reason: reject.reason,
    // A `json` column keeps escapes as they are, in every encoding.
    document: repertoire?.escape(document) ?? document,
  };
}

/**
 * The outcome of a transform in a database that may not store every character: a row with one that
 * does not fit becomes a reject, so that it does not fail its whole batch.
 * @param repertoire Has learned the characters of the document; null where every character fits.
 */
export function withinEncoding(
  outcome: Transformed,
  document: unknown,
  repertoire: Repertoire | null,
): Transformed {
  if (repertoire === null) return outcome;
  // A key that no statement can carry is as good as none.
  const key = ({ key }: { key: string | null }) => repertoire.fits(key ?? "") ? key : null;
  if ("reject" in outcome) return { reject: { ...outcome.reject, key: key(outcome.reject) } };
  if (rowFits(outcome.row, repertoire)) return outcome;
  return {
    reject: {
      key: key(outcome.row),
      path: "",
      column: null,
      expected: null,
      reason: "the document holds a character that the encoding of the database, " +
        `${repertoire.encoding}, cannot store`,
      document,
    },
  };
}

/** Only what is stored counts. */
function rowFits({ key, rawText, values, samples }: Row, repertoire: Repertoire): boolean {
  return repertoire.fits((rawText ?? "") + JSON.stringify([key, values, samples]));
}
