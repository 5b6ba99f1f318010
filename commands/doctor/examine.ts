import type { Pipeline } from "../../config/model.ts";
import type { Settings } from "../../config/environment/settings.ts";
import { type ExitCode, gravest } from "../../lib/errors.ts";
import { withDatabase } from "../../lib/db/migrate/with_database.ts";
import { qualifyCommands } from "../_cli/command_names.ts";
import type { CommandContext } from "../_cli/define_command.ts";
import { attempt, type Finding, ok } from "./check.ts";
import { checkDatabase, unreachable } from "./database.ts";
import { checkApp, checkSignIns } from "./oura.ts";
import { checkSchedule } from "./schedule.ts";
import { checkWebhooks } from "./webhooks.ts";

/**
 * Checks everything a sync depends on, and prints a line each.
 * @returns The exit code of the gravest failure.
 */
export async function examine(context: CommandContext<object>): Promise<ExitCode> {
  const settings = await context.settings();
  const pipeline = await context.pipeline();
  const findings = [
    ok("settings", "the environment is valid"),
    ok("pipeline", `${pipeline.file} is valid, ${pipeline.types.length} data types`),
    checkApp(settings),
    ...await checkStored(settings, pipeline),
    ...await checkWebhooks(settings, pipeline, new Date()),
  ];
  const shown = findings.map(withTypedCommands);
  context.print(shown, () => shown.map(line).join("\n"));
  return exitCode(findings);
}

async function checkStored(settings: Settings, pipeline: Pipeline): Promise<Finding[]> {
  try {
    return await withDatabase(settings.connection, pipeline.schema, async (db) => {
      const database = await checkDatabase(db, pipeline);
      // Without its tables the database knows of no sign-in and no run.
      if (database.some(({ subject, state }) => subject === "tables" && state !== "ok")) {
        return database;
      }
      return [
        ...database,
        ...await attempt("sign-in", () => checkSignIns(settings, db, pipeline)),
        ...await attempt("schedule", () => checkSchedule(db, new Date())),
      ];
    }, { migrated: false });
  } catch (error) {
    return [unreachable(error)];
  }
}

const MARKS = { ok: "ok  ", warn: "note", fail: "FAIL" };

function line({ subject, state, message, hint }: Finding): string {
  const head = `${MARKS[state]}  ${subject.padEnd(9)} ${message}`;
  return hint === undefined || state === "ok" ? head : `${head}\n      → ${hint}`;
}

function withTypedCommands({ hint, ...finding }: Finding): Finding {
  return hint === undefined ? finding : { ...finding, hint: qualifyCommands(hint) };
}

function exitCode(findings: readonly Finding[]): ExitCode {
  const failures = findings.filter(({ state }) => state === "fail");
  return gravest(failures.flatMap(({ exitCode }) => exitCode ?? []));
}
