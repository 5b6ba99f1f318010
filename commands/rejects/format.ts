import type { RejectInfo } from "../../lib/db/store/rejects.ts";
import { UsageError } from "../../lib/errors.ts";
import type { Terminal } from "../_cli/terminal.ts";
import { printTable } from "../_cli/output.ts";
import { command } from "../../lib/program_command.ts";

/** Prints rejects as a table. */
export function printList(terminal: Terminal, rejects: readonly RejectInfo[]): void {
  const head = ["id", "data type", "wearer", "document", "path", "column", "type", "reason", "run"];
  const rows = rejects.map((reject) => [
    reject.id,
    reject.dataType,
    reject.userId,
    keyText(reject),
    reject.path,
    reject.column,
    reject.expected,
    reject.reason,
    reject.runId,
  ]);
  printTable(terminal, { head, rows, align: ["right"], forAll: "--json" });
}

/** A reject as plain data, without its document. */
export function rejectJson(reject: RejectInfo) {
  const { expected, createdAt, resolvedAt, ...rest } = reject;
  return { ...rest, valueType: expected, createdAt, resolvedAt };
}

/** A key of several parts is stored with a tab between them. */
export function keyText({ documentKey }: RejectInfo): string {
  return documentKey?.replaceAll("\t", " ") ?? "(no key)";
}

/**
 * The numbers of rejects as typed.
 * @throws {UsageError} When one is no number.
 */
export function idsOf(texts: readonly string[]): number[] {
  return texts.map((text) => {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new UsageError("BAD_NUMBER", `"${text}" is not the number of a reject`, {
      hint: `Run ${command("rejects list")} to see the numbers.`,
    });
  });
}

/**
 * Numbers that name nothing are a slip of the hand, not work that is already done.
 * @throws {UsageError} When a number is not among the rejects found for it.
 */
export function refuseUnknown(ids: readonly number[], found: readonly RejectInfo[]): void {
  const unknown = ids.filter((id) => !found.some((reject) => reject.id === id));
  if (unknown.length === 0) return;
  throw new UsageError("NO_SUCH_REJECT", `not in quarantine: ${unknown.join(", ")}`, {
    hint: `Run ${command("rejects list")} to see the numbers.`,
  });
}
