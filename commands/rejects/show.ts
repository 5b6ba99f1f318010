import { readRejects } from "../../lib/db/store/rejects.ts";
import { EXIT, UsageError } from "../../lib/errors.ts";
import { jsonText } from "../_cli/output.ts";
import type { RejectsContext } from "./context.ts";
import { idsOf, keyText, rejectJson } from "./format.ts";

/** `rejects show`: the only command that prints a quarantined document, because it was asked to. */
export async function show(
  { terminal, db, hasTables, json }: RejectsContext,
  texts: string[],
): Promise<number> {
  const ids = idsOf(texts);
  const [reject] = hasTables ? await readRejects(db, { ids, closed: true }) : [];
  if (!reject) throw new UsageError("NO_SUCH_REJECT", `there is no reject ${ids[0]}`);
  const { document, ...info } = reject;
  if (json) {
    terminal.out(jsonText({ ...rejectJson(info), document: JSON.parse(document) }));
    return EXIT.done;
  }
  const column = info.column === null ? "–" : `${info.column} ${info.expected}`;
  terminal.out([
    `reject     ${info.id} (${info.state})`,
    `data type  ${info.dataType}`,
    `wearer     ${info.userId}`,
    `document   ${keyText(info)}`,
    `path       ${info.path ?? "–"}`,
    `column     ${column}`,
    `reason     ${info.reason}`,
    `run        ${info.runId ?? "–"}, ${info.createdAt.toISOString()}`,
    "",
    jsonText(JSON.parse(document)),
  ].join("\n"));
  return EXIT.done;
}
