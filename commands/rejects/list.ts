import { listRejects } from "../../lib/db/store/rejects.ts";
import { EXIT } from "../../lib/errors.ts";
import { jsonText } from "../_cli/output.ts";
import type { RejectsContext } from "./context.ts";
import { printList, rejectJson } from "./format.ts";

/** `rejects list`: what is in quarantine, without the documents. */
export async function list(
  { terminal, db, hasTables, filter, json }: RejectsContext,
): Promise<number> {
  const rejects = hasTables ? await listRejects(db, filter) : [];
  if (json) terminal.out(jsonText({ rejects: rejects.map(rejectJson) }));
  else if (rejects.length === 0) terminal.out("Nothing is in quarantine.");
  else printList(terminal, rejects);
  return EXIT.done;
}
