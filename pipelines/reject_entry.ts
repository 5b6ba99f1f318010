import type { RejectEntry } from "../lib/db/rejects.ts";
import type { Reject } from "./transform.ts";

/** The quarantine's form of a reject. */
export function rejectEntry(reject: Reject): RejectEntry {
  return {
    documentKey: reject.key,
    path: reject.path,
    column: reject.column,
    expected: reject.expected,
    reason: reject.reason,
    document: JSON.stringify(reject.document) ?? "null",
  };
}
