/** `status --all-users`: a line per wearer, so that one broken sign-in is one red line. */
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { cohortCsv } from "../../reports/cohort/csv.ts";
import type { Cohort, CohortWearer } from "../../reports/cohort/model.ts";
import { readCohort } from "../../reports/cohort/read_cohort.ts";
import type { KnownWearer } from "../../reports/known_wearers.ts";
import { tablesOf } from "../../reports/metrics/source.ts";
import { asTypedHere } from "../_cli/command_names.ts";
import { jsonText, textTable } from "../_cli/output.ts";
import type { Terminal } from "../_cli/terminal.ts";

/** Whose cohort is printed. */
export interface CohortRequest {
  readonly db: Database;
  readonly pipeline: Pipeline;
  readonly wearers: readonly KnownWearer[];
  readonly now: Date;
}

/** Prints the cohort: as a table, as JSON with the model of the page, or as CSV. */
export async function printCohort(
  { db, pipeline, wearers: known, now }: CohortRequest,
  { json, csv }: { json?: boolean; csv?: boolean },
  terminal: Terminal,
): Promise<void> {
  const wearers = known.map(({ userId, label }) => ({ userId, label }));
  const cohort = known.length === 0
    ? { from: null, to: null, days: [], dataTypes: [], wearers: [] }
    : await readCohort({ db, pipeline: await tablesOf(db, pipeline), wearers, now });
  if (json) terminal.out(jsonText({ database: db.label, checkedAt: now, ...cohort }));
  else if (cohort.from === null) terminal.out(db.label);
  // Its lines end as RFC 4180 requires, and neither ids nor labels hold control characters.
  else if (csv) terminal.out(cohortCsv(cohort).slice(0, -1), "verbatim");
  else printTable(cohort, db.label, terminal);
}

const RED = "\u001b[31m";
const RESET = "\u001b[0m";

function printTable({ wearers }: Cohort, database: string, terminal: Terminal): void {
  const head = [
    "wearer",
    "",
    "sign-in",
    "last read",
    "data up to",
    "complete",
    "last run",
    "error",
  ];
  const rows = wearers.map((wearer) => [
    wearer.label ?? wearer.userId,
    wearer.verdict,
    signInText(wearer),
    minuteText(wearer.readAt),
    wearer.heldTo,
    completeText(wearer),
    wearer.lastRun ? `${minuteText(wearer.lastRun.startedAt)} ${wearer.lastRun.state}` : "none",
    wearer.lastRun?.errorCode,
  ]);
  const right = head.map((name) => name === "complete" ? "right" as const : "left" as const);
  const [title = "", ...lines] = textTable(head, rows, right).split("\n");
  const colours = terminal.colours && terminal.outIsTerminal && terminal.env("TERM") !== "dumb";
  const shown = lines.map((line, i) =>
    colours && wearers[i]!.verdict === "failing" ? `${RED}${line}${RESET}` : line
  );
  // The cells are spelled out by the table; the colour is ours.
  terminal.out([database, "", title, ...shown].join("\n"), "verbatim");
  const ended = wearers.filter(({ signIn }) => signIn?.state === "needs_login");
  if (ended.length > 0) terminal.err(askAgain(ended.length));
}

function askAgain(count: number): string {
  const who = count === 1 ? "One wearer" : `${count} wearers`;
  return `${who} must sign in again: ${asTypedHere("auth login")}, or a new link from ` +
    `${asTypedHere("auth invite")}.`;
}

function signInText({ signIn }: CohortWearer): string {
  if (signIn === null) return "not stored";
  return signIn.state === "active" ? "active" : "expired";
}

function completeText({ completeness: { held, days } }: CohortWearer): string {
  // Rounded down: 100 % means all of it.
  return days === 0 ? "" : `${Math.floor((100 * held) / days)} %`;
}

function minuteText(instant: string | null): string {
  return instant === null ? "never" : instant.slice(0, 16).replace("T", " ");
}
