import { Option } from "commander";
import { interruptible } from "../lib/process/interruption.ts";
import type { ApplyReport, RefillProgress } from "../pipelines/schema/apply/apply_options.ts";
import { asTypedHere, qualifyCommands } from "./_cli/command_names.ts";
import { type DatabaseContext, defineCommand } from "./_cli/define_command.ts";
import { countText } from "./_cli/output.ts";
import type { Terminal } from "./_cli/terminal.ts";

interface Options {
  allowDestructive?: boolean;
}

/** `apply`: makes the tables match `oura.yaml`, and fills what is new from the stored documents. */
export default defineCommand({
  database: "write",
  options: [
    new Option(
      "--allow-destructive",
      "also drop columns and series, and change types that lose values",
    ),
  ],
  json: true,
  run: applyCommand,
});

async function applyCommand(
  { terminal, options, settings, pipeline, db, print }: DatabaseContext<Options, undefined>,
): Promise<void> {
  const { holdProcessLock } = await import("../lib/process/process_lock.ts");
  await using life = await holdProcessLock(settings.dataDirectory);
  using interruption = interruptible(terminal.err, undefined, terminal);
  const { signal } = interruption;
  using _statements = db.endStatementsOn?.(signal);
  const { apply } = await import("../pipelines/schema/apply/apply.ts");
  const report = await apply(db, pipeline, {
    allowDestructive: options.allowDestructive ?? false,
    ...life.lease,
    signal,
    onWait: ({ holder }) => terminal.err(`Waiting for another process: ${holder}`),
    onStep: ({ description }) => terminal.err(description),
    onRefill: progressLine(terminal),
  });
  const { undistributedNotice, undistributedTables } = await import(
    "../lib/db/citus/placement.ts"
  );
  const undistributed = await undistributedTables(db);
  print({ ...reportJson(report), undistributed }, () => reportText(report));
  if (undistributed.length > 0) {
    terminal.err(qualifyCommands(undistributedNotice(undistributed)));
  }
}

/** A line per table and hundred thousand documents; small tables stay silent. */
function progressLine(terminal: Terminal): (progress: RefillProgress) => void {
  const told = new Map<string, number>();
  return ({ table, rows }) => {
    const hundreds = Math.floor(rows / 100_000);
    if (hundreds <= (told.get(table) ?? 0)) return;
    told.set(table, hundreds);
    terminal.err(`${table}: ${countText(rows)} documents read`);
  };
}

function reportJson(report: ApplyReport) {
  const brief = ({ kind, table, name, description, sql }: ApplyReport["applied"][number]) => ({
    kind,
    table,
    name,
    description,
    sql,
  });
  return {
    applied: report.applied.map(brief),
    pending: report.pending.map(brief),
    refills: report.refills,
  };
}

function reportText({ applied, pending, refills }: ApplyReport): string {
  const lines = [
    applied.length === 0
      ? "Nothing to do: the tables are as oura.yaml declares them."
      : `${applied.length} ${applied.length === 1 ? "change" : "changes"} made.`,
    ...refills.map(({ table, rows, filled, rejected, done }) =>
      `${table}: ${countText(rows)} stored documents read, ${countText(filled)} rows filled` +
      (rejected === 0
        ? ""
        : `, ${countText(rejected)} values do not fit (see ${asTypedHere("rejects list")})`) +
      (done ? "" : ` (incomplete: a sync is still writing; run ${asTypedHere("apply")} again)`)
    ),
    ...pending.map(({ description }) => `Skipped (needs --allow-destructive): ${description}`),
  ];
  if (applied.length === 0 && pending.length > 0) lines.shift();
  return lines.join("\n");
}
