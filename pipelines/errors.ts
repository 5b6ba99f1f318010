/** Failures that belong to one data type, not to Oura's API or the whole database. */
import type { SqlError } from "../lib/db/driver/errors/errors.ts";
import { PartialError } from "../lib/errors.ts";
import type { Reject } from "./stages/transform.ts";
import { command } from "../lib/program_command.ts";

/** A document does not fit, and the configuration says `bad_rows: fail`. */
export class BadRowError extends PartialError {
  constructor(dataType: string, reject: Reject) {
    super("BAD_ROW", `${dataType}: ${describeReject(reject)}`, {
      hint: `With \`contract.bad_rows: quarantine\` such documents go to ${command("rejects")} ` +
        "instead.",
    });
  }
}

/** More documents of a type are new in quarantine than the configuration allows. The good rows are in. */
export class TooManyRejectsError extends PartialError {
  constructor(dataType: string, rejected: number, documents: number, allowed: number) {
    const percent = (share: number) => `${Math.round(share * 10_000) / 100} %`;
    super(
      "TOO_MANY_REJECTS",
      `${dataType}: ${rejected} of ${documents} documents do not fit ` +
        `(${percent(rejected / documents)}; contract.max_rejects allows ${percent(allowed)})`,
      { hint: `See why: ${command(`rejects list --types ${dataType}`)}` },
    );
  }
}

/** A reject in one line, without its values. */
export function describeReject(reject: Reject): string {
  const which = reject.key === null ? "a document without a key" : `document ${reject.key}`;
  const where = reject.path === "" ? "" : ` at ${reject.path}`;
  const column = reject.column === null ? "" : ` for column ${reject.column} ${reject.expected}`;
  return `${which}${where}${column}: ${reject.reason}`;
}

/** The table of a data type refuses its rows; the tables of the others may take theirs. */
export class TableTroubleError extends PartialError {
  /** @param table The data type's table, for failures that name none. */
  constructor(dataType: string, table: string, readonly trouble: SqlError) {
    const column = trouble.column === undefined ? "" : `, column ${trouble.column}`;
    super(
      trouble.code,
      `${dataType}: table ${trouble.table ?? table}${column}: ${trouble.message}`,
      { hint: trouble.hint ?? TROUBLE_HINT, cause: trouble },
    );
  }
}

const TROUBLE_HINT =
  "Remove what the message names (a constraint, a lock, a trigger); the next run loads these days.";

/** Some documents still do not fit; the others are in. */
export class RejectsRemainError extends PartialError {
  constructor(remaining: number) {
    super("REJECTS_REMAIN", `${remaining} documents stay in quarantine`, {
      hint: `Run ${command("rejects list")} to see the reasons. Fix oura.yaml, or discard the ` +
        "rejects.",
    });
  }
}
