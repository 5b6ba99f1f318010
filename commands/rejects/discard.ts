import { closeRejects, listRejects } from "../../lib/db/store/rejects.ts";
import { EXIT, UsageError } from "../../lib/errors.ts";
import { jsonText } from "../_cli/output.ts";
import type { RejectsContext } from "./context.ts";
import { idsOf, refuseUnknown } from "./format.ts";
import { command } from "../../lib/program_command.ts";

/** `rejects discard`: never all of them by accident. */
export async function discard(
  { terminal, db, filter, json }: RejectsContext,
  texts: string[],
): Promise<number> {
  const ids = idsOf(texts);
  if (ids.length === 0 && filter.dataTypes === undefined) {
    throw new UsageError("OPTION_MISSING", "rejects discard needs numbers or --types", {
      hint: `Run ${command("rejects list")} to see the quarantine.`,
    });
  }
  const meant = await listRejects(db, { ...filter, ...(ids.length > 0 ? { ids } : {}) });
  refuseUnknown(ids, meant);
  let discarded = 0;
  for (const [userId, rejects] of Map.groupBy(meant, (reject) => reject.userId)) {
    discarded += await closeRejects(db, userId, rejects.map(({ id }) => id), "discarded");
  }
  terminal.out(
    json
      ? jsonText({ discarded })
      : `Discarded ${discarded}. The same documents will be ignored from now on.`,
  );
  return EXIT.done;
}
