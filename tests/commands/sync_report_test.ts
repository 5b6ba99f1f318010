/** What people read after a sync. */
import assert from "node:assert/strict";
import { invocation } from "../../commands/_cli/command_names.ts";
import { command } from "../../lib/program_command.ts";
import { rehearsalText, reportText } from "../../commands/sync/report.ts";
import { OuraUnavailableError } from "../../lib/errors.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import type { HeldLease } from "../../lib/db/store/leases.ts";
import type { SyncReport, TypeOutcome } from "../../pipelines/sync/outcome.ts";

const counts = { inserted: 1, updated: 0, unchanged: 2, rejected: 0, deleted: 0 };
const windows = { done: 1, total: 2 };

function report(types: readonly TypeOutcome[]): SyncReport {
  return {
    runId: 1,
    userId: "ann",
    types,
    counts,
    traffic: { requests: 4, bytes: 0, byPath: new Map(), traceIds: [], clockSkewMs: null },
    durationMs: 1_500,
    exitCode: 0,
    error: types.find(({ stopped }) => stopped)?.error ?? null,
  };
}

const reason = `the scope is missing: ${command("auth login")}`;
const reasonCode = "SCOPE_NOT_GRANTED";
const holder = { dataType: "vo2_max", holder: "lab pid 7", since: new Date(0) } as HeldLease;
const TYPES: readonly TypeOutcome[] = [
  { dataType: "sleep", state: "done", counts, windows },
  { dataType: "tag", state: "skipped", counts, windows, reason, reasonCode },
  { dataType: "enhanced_tag", state: "skipped", counts, windows, reason, reasonCode },
  {
    dataType: "workout",
    state: "failed",
    counts,
    windows,
    error: new OuraUnavailableError("OURA_BAD_ANSWER", "Oura said nothing"),
  },
  {
    dataType: "session",
    state: "failed",
    stopped: true,
    counts,
    windows,
    error: new InterruptedError("SIGINT"),
  },
  { dataType: "vo2_max", state: "busy", counts, windows, holder },
];

Deno.test("a report keeps its columns narrow, and gives every reason once below them", () => {
  const [table, reasons, total] = reportText(report(TYPES)).split("\n\n");
  const states = table!.split("\n").slice(1).map((line) => line.slice(14, 23).trim());
  assert.deepEqual(states, ["done", "skipped", "skipped", "failed", "stopped", "busy"]);
  assert.deepEqual(reasons!.split("\n"), [
    `tag, enhanced_tag: the scope is missing: \`${invocation()} auth login\``,
    "workout: Oura said nothing [OURA_BAD_ANSWER]",
    "vo2_max: being synced by lab pid 7",
  ]);
  assert.match(total!, /^wearer ann: 1 inserted, 0 updated, 2 unchanged, 0 rejected; 4 requests /);
});

Deno.test("a dry run tells windows instead of rows", () => {
  const [table, , total] = rehearsalText(report(TYPES.slice(0, 2))).split("\n\n");
  assert.match(table!, /^data type +windows\nsleep +2\ntag +2 +skipped$/);
  assert.equal(total, "wearer ann: dry run, would fetch 4 windows");
});
