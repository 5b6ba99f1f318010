import { Option } from "commander";
import type { Database } from "../lib/db/driver/database.ts";
import { EXIT } from "../lib/errors.ts";
import type { ColumnChange } from "../pipelines/schema/history.ts";
import type { PlannedStep } from "../pipelines/schema/plan/step.ts";
import { asTypedHere, qualifyCommands } from "./_cli/command_names.ts";
import { type DatabaseContext, defineCommand } from "./_cli/define_command.ts";
import { countText } from "./_cli/output.ts";

interface Options {
  check?: boolean;
  history?: boolean;
}

/** `plan`: what `apply` would do to the tables, and what it costs. Changes nothing. */
export default defineCommand({
  database: "read",
  options: [
    new Option("--check", "exit with 4 if changes are pending (for CI)"),
    new Option("--history", "print the changes already made, as SQL that can be run again"),
  ],
  json: true,
  async run(context: DatabaseContext<Options, undefined>) {
    const { db, hasTables, terminal } = context;
    if (hasTables) return await show(db, context);
    terminal.err(
      `There are no tables yet: ${asTypedHere("apply")} creates them first.`,
    );
    const { withDryRunSchema } = await import("../lib/db/migrate/dry_run_schema.ts");
    return await withDryRunSchema(db, (stage) => show(stage, context));
  },
});

async function show(
  db: Database,
  { options, pipeline, print, terminal }: DatabaseContext<Options, undefined>,
): Promise<number> {
  if (options.history) {
    const { readHistory } = await import("../pipelines/schema/history.ts");
    const changes = await readHistory(db);
    print({ changes }, () => historyText(changes));
    return EXIT.done;
  }
  const { plan } = await import("../pipelines/schema/plan/plan.ts");
  const { undistributedNotice, undistributedTables } = await import(
    "../lib/db/citus/placement.ts"
  );
  const steps = await plan(db, pipeline);
  const made = steps.filter(({ kind }) => kind === "create_table" || kind === "create_series");
  const undistributed = await undistributedTables(db, made.map(({ name }) => name));
  print({ steps: steps.map(stepJson), undistributed }, () => planText(steps));
  if (undistributed.length > 0) {
    terminal.err(qualifyCommands(undistributedNotice(undistributed)));
  }
  return options.check && steps.length > 0 ? EXIT.partial : EXIT.done;
}

/** A step for programs, without what only `apply` needs. */
export function stepJson(step: PlannedStep) {
  const { kind, table, name, description, destructive, rowsToRefill, lock, conversion } = step;
  return {
    kind,
    table,
    name,
    description,
    destructive,
    rowsToRefill,
    lock,
    sql: [...step.sql, ...(step.swap ?? [])],
    revert: step.revert,
    ...(conversion ? { conversion } : {}),
  };
}

function planText(steps: readonly PlannedStep[]): string {
  if (steps.length === 0) return "-- Nothing to do: the tables are as oura.yaml declares them.";
  const part = (title: string, destructive: boolean) => {
    const chosen = steps.filter((step) => step.destructive === destructive);
    return chosen.length === 0 ? [] : [`-- ${title}`, ...chosen.map(stepText)];
  };
  return [
    ...part("Applied by `apply`; also by the next `sync`, except type changes:", false),
    ...part("Destructive: applied only by `apply --allow-destructive`:", true),
  ].join("\n\n");
}

function stepText(step: PlannedStep): string {
  const { conversion } = step;
  const lines = [`-- ${step.description}`, `--   lock: ${step.lock}`];
  if (step.rowsToRefill > 0) {
    lines.push(`--   refill: ${countText(step.rowsToRefill)} stored documents`);
  }
  if (conversion) {
    const fitting = conversion.rows - conversion.unfit;
    lines.push(`--   ${countText(fitting)} of ${countText(conversion.rows)} values convert`);
    for (const [reason, count] of Object.entries(conversion.reasons)) {
      lines.push(`--   ${countText(count)} do not: ${reason}`);
    }
  }
  const sql = step.sql.map((statement) => `${statement};`);
  if (step.swap) sql.push("-- after the refill:", ...step.swap.map((swap) => `${swap};`));
  return [...lines, ...sql].join("\n");
}

function historyText(changes: readonly ColumnChange[]): string {
  if (changes.length === 0) return "-- No changes recorded.";
  return changes.map((change) => {
    const outcome = change.state === "done" ? "" : ` (${change.state})`;
    return [
      `-- ${change.id}  ${change.appliedAt.toISOString()}  oura.yaml ` +
      `${change.configChecksum.slice(0, 12)}${outcome}: ${change.description}`,
      change.sql,
    ].join("\n");
  }).join("\n\n");
}
