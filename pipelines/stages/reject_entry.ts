import type { RejectEntry } from "../../lib/db/store/rejects.ts";
import { isShallow } from "../../lib/values/pg_limits.ts";
import type { Reject } from "./transform.ts";

/** Stands for a document that no `json` column can hold, nor any program read back. */
const TOO_DEEP = JSON.stringify("nested too deeply to be kept");

/** The quarantine's form of a reject. */
export function rejectEntry(reject: Reject): RejectEntry {
  return {
    documentKey: reject.key,
    path: reject.path,
    column: reject.column,
    expected: reject.expected,
    reason: reject.reason,
    document: isShallow(reject.document) ? JSON.stringify(reject.document) ?? "null" : TOO_DEEP,
  };
}
