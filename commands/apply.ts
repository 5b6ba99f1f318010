import { hostname } from "node:os";
import type { Command } from "commander";
import { EXIT } from "../lib/errors.ts";
import { holdProcessLock, lifeOf } from "../lib/process/process_lock.ts";
import type { ApplyReport, RefillProgress } from "../pipelines/schema/apply/apply_options.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "./_cli/context.ts";
import type { Io } from "./_cli/terminal.ts";
import { countText, jsonText } from "./_cli/output.ts";
import { action } from "./_cli/action.ts";

interface Options extends CommonOptions {
  allowDestructive?: boolean;
  json?: boolean;
}

/** `apply`: makes the tables match `oura.yaml`, and fills what is new from the stored documents. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .option("--allow-destructive", "also drop columns and series, and change types lossily")
    .option("--json", "one JSON document on standard output")
    .action(action<Options>(io, async (options) => {
      const settings = await prepare(options, io);
      const pipeline = await readPipeline(options);
      const { dataDirectory } = settings;
      await using life = await holdProcessLock(dataDirectory, `${hostname()} pid ${Deno.pid}`);
      await withDatabase(settings, pipeline.schema, async (db) => {
        const { apply } = await import("../pipelines/schema/apply/apply.ts");
        const report = await apply(db, pipeline, {
          allowDestructive: options.allowDestructive ?? false,
          holder: life.holder,
          lifeOf: (holder) => lifeOf(dataDirectory, holder),
          onWait: ({ holder }) => io.err(`Waiting for another process: ${holder}`),
          onStep: ({ description }) => io.err(description),
          onRefill: progressLine(io),
        });
        io.out(options.json ? jsonText(reportJson(report)) : reportText(report));
      });
      return EXIT.done;
    }));
}

/** A line per table and hundred thousand documents; small tables stay silent. */
function progressLine(io: Io): (progress: RefillProgress) => void {
  const told = new Map<string, number>();
  return ({ table, rows }) => {
    const hundreds = Math.floor(rows / 100_000);
    if (hundreds <= (told.get(table) ?? 0)) return;
    told.set(table, hundreds);
    io.err(`${table}: ${countText(rows)} documents read`);
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
      (rejected === 0 ? "" : `, ${countText(rejected)} values do not fit (see: rejects list)`) +
      (done ? "" : "; a sync is still writing, the next apply or sync finishes it")
    ),
    ...pending.map(({ description }) => `Left out, needs --allow-destructive: ${description}`),
  ];
  if (applied.length === 0 && pending.length > 0) lines.shift();
  return lines.join("\n");
}
