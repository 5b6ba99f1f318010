import { listRejects } from "../../lib/db/store/rejects.ts";
import { BusyError, EXIT } from "../../lib/errors.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { holdProcessLock } from "../../lib/process/process_lock.ts";
import { VERSION } from "../../lib/version.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { RejectsRemainError } from "../../pipelines/errors.ts";
import { retryRejects } from "../../pipelines/reprocess/retry_rejects.ts";
import { countText, jsonText, textTable } from "../_cli/output.ts";
import { describe } from "../_cli/failure.ts";
import type { RejectsContext } from "./context.ts";
import { idsOf, refuseUnknown } from "./format.ts";

/** `rejects retry`: exit 0 when all of them fit, 4 when some stay, 75 when all are being synced. */
export async function retry(
  { terminal, settings, pipeline: declared, db, filter, json }: RejectsContext,
  texts: string[],
): Promise<number> {
  const ids = idsOf(texts);
  const chosen = { ...filter, ...(ids.length > 0 ? { ids } : {}) };
  refuseUnknown(ids, await listRejects(db, chosen));
  await using life = await holdProcessLock(settings.dataDirectory);
  const { lease } = life;
  using interruption = interruptible(terminal.err, undefined, terminal);
  const { signal } = interruption;
  using _statements = db.endStatementsOn?.(signal);
  const { pipeline } = await applyAdditive(db, declared, { ...lease, signal });
  const outcomes = await retryRejects(db, {
    pipeline,
    lease,
    signal,
    version: VERSION,
    filter: chosen,
  });
  if (json) terminal.out(jsonText({ types: outcomes }));
  else if (outcomes.length === 0) terminal.out("Nothing to retry.");
  else {
    const rows = outcomes.map((outcome) => [
      outcome.dataType,
      outcome.userId,
      countText(outcome.resolved),
      countText(outcome.remaining),
      outcome.left ?? "",
    ]);
    const right = "right" as const;
    terminal.out(
      textTable(["data type", "wearer", "resolved", "remaining", ""], rows, [
        "left",
        "left",
        right,
        right,
      ]),
    );
  }
  if (outcomes.length > 0 && outcomes.every(({ left }) => left === "busy")) {
    throw new BusyError("ALL_BUSY", "All of these data types are being synced by another process", {
      hint: "Try again after that process has finished.",
    });
  }
  const remaining = outcomes.reduce((sum, outcome) => sum + outcome.remaining, 0);
  if (remaining === 0) return EXIT.done;
  const error = new RejectsRemainError(remaining);
  terminal.err(describe(error));
  return error.exitCode;
}
