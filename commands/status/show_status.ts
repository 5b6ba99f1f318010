import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { lastRuns } from "../../lib/db/store/status.ts";
import { livePipeline } from "../../pipelines/schema/live_pipeline.ts";
import { readState } from "../../pipelines/schema/database_schema.ts";
import { readWearerFreshness } from "../../reports/freshness/wearer_freshness.ts";
import { readBacklog } from "../../reports/backlog.ts";
import { knownWearers } from "../../reports/known_wearers.ts";
import { asTypedHere, qualifyCommands } from "../_cli/command_names.ts";
import type { DatabaseContext } from "../_cli/define_command.ts";
import { countText, textTable } from "../_cli/output.ts";
import { backlogLines } from "./backlog.ts";
import { printCohort } from "./cohort.ts";
import { runReport, type WearerReport } from "./report.ts";

/** Options of `status`. */
export interface StatusOptions {
  allUsers?: boolean;
  csv?: boolean;
  json?: boolean;
}

/** Prints the freshness of every wearer's data and the latest run. */
export async function showStatus(
  { db, hasTables, pipeline, options, terminal, print }: DatabaseContext<StatusOptions, void>,
): Promise<void> {
  const now = new Date();
  const backlog = hasTables ? await readBacklog(db, now) : null;
  if (options.allUsers) {
    const known = hasTables ? await knownWearers(db) : [];
    await printCohort({ db, pipeline, wearers: known, now }, options, terminal);
    if (known.length === 0) terminal.err(noRunYet());
    const lines = options.csv || options.json ? [] : backlogLines(backlog);
    if (lines.length > 0) terminal.out(["", ...lines].join("\n"));
    return;
  }
  const wearers = hasTables ? await readStatus(db, pipeline, now) : [];
  print(
    { database: db.label, checkedAt: now, wearers, work: backlog },
    () => {
      const lines = backlogLines(backlog);
      const sections = [db.label, ...wearers.map(screen)];
      return [...sections, ...(lines.length > 0 ? [lines.join("\n")] : [])].join("\n\n");
    },
  );
  if (wearers.length === 0) terminal.err(noRunYet());
}

function noRunYet(): string {
  return `No sync has run yet: run ${asTypedHere("auth login")}, then ${asTypedHere("sync")}.`;
}

async function readStatus(db: Database, pipeline: Pipeline, now: Date): Promise<WearerReport[]> {
  const runs = await lastRuns(db);
  const { types } = pipeline;
  const live = livePipeline(pipeline, await readState(db)).types;
  const wearers: WearerReport[] = [];
  for (const wearer of await knownWearers(db)) {
    const { userId } = wearer;
    const run = runs.find(({ user_id }) => user_id === userId);
    const { verdict, newestDay, signIn, ...more } = await readWearerFreshness(
      db,
      wearer,
      { types, live },
      now,
    );
    const lastRun = run ? runReport(run) : null;
    wearers.push({ userId, label: wearer.label, verdict, newestDay, signIn, lastRun, ...more });
  }
  return wearers;
}

function screen(wearer: WearerReport): string {
  const rows = wearer.types.map((type) => [
    type.dataType,
    type.verdict,
    type.fetchedAt === null ? "" : minuteText(type.fetchedAt),
    countText(type.rows ?? 0),
    placeText(type.first),
    placeText(type.newest),
    type.openRejects || "",
    type.revisedLast7Days || "",
    type.failedWindows || "",
    qualifyCommands(type.error?.message ?? ""),
  ]);
  const head = ["data type", "", "last read", "rows", "first", "newest", "rejects"];
  const more = ["revised (7 d)", "failed windows", ""];
  const [left, right] = ["left", "right"] as const;
  const table = textTable(
    [...head, ...more],
    rows,
    [left, left, left, right, left, left, right, right, right],
  );
  return [
    `wearer ${wearer.label ?? wearer.userId}: ${wearer.verdict}`,
    signInText(wearer),
    runText(wearer),
    dataText(wearer),
    "",
    table,
  ].join("\n");
}

function signInText({ signIn }: WearerReport): string {
  if (signIn === null) return "sign-in   not stored (a static token, or signed out)";
  if (signIn.state === "needs_login") {
    return `sign-in   expired: run ${asTypedHere("auth login")}`;
  }
  return `sign-in   active, token until ${minuteText(signIn.expiresAt)}`;
}

function runText({ lastRun: run }: WearerReport): string {
  if (run === null) return "last run  none";
  const { inserted, updated, unchanged, rejected } = run.rows;
  const rows = `${countText(inserted)} inserted, ${countText(updated)} updated, ` +
    `${countText(unchanged)} unchanged, ${countText(rejected)} rejected`;
  const error = run.error === null ? "" : `: ${run.error.message} [${run.error.code}]`;
  return `last run  ${minuteText(run.startedAt)} ${run.command} ${run.state}${error} (${rows})`;
}

function dataText({ newestDay, why }: WearerReport): string {
  const reason = why === null ? "" : `\nwhy       ${why}`;
  return `data      ${newestDay === null ? "none" : `up to ${newestDay}`}${reason}`;
}

/** A day as it is, an instant to the minute. */
function placeText(place: string | null): string {
  return place === null ? "" : place.slice(0, 16).replace("T", " ");
}

function minuteText(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
