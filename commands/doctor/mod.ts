import type { Command } from "commander";
import type { Pipeline } from "../../config/model.ts";
import type { Settings } from "../../config/environment/settings.ts";
import { EXIT } from "../../lib/errors.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "../_cli/context.ts";
import { attempt, type Finding, ok } from "./check.ts";
import { checkDatabase, unreachable } from "./database.ts";
import { checkApp, checkSignIns } from "./oura.ts";
import { checkSchedule } from "./schedule.ts";
import { qualifyCommands } from "../_cli/command_names.ts";
import type { Io } from "../_cli/terminal.ts";
import { jsonText } from "../_cli/output.ts";
import { action } from "../_cli/action.ts";

interface Options extends CommonOptions {
  json?: boolean;
}

/** `doctor`: a line for everything a sync depends on, each with its mend. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .option("--json", "one JSON document on standard output")
    .addHelpText("after", "\nExit code 0 only when nothing has failed.")
    .action(action<Options>(io, async (options) => {
      const settings = await prepare(options, io);
      const pipeline = await readPipeline(options);
      const findings = [
        ok("settings", "the environment is valid"),
        ok("pipeline", `${pipeline.file} is valid, ${pipeline.types.length} data types`),
        checkApp(settings),
        ...await examine(settings, pipeline),
      ];
      if (options.json) io.out(jsonText(findings));
      else for (const finding of findings) io.out(line(finding));
      return exitCode(findings);
    }));
}

async function examine(settings: Settings, pipeline: Pipeline): Promise<Finding[]> {
  try {
    return await withDatabase(settings, pipeline.schema, async (db) => {
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

function line({ subject, state, message, mend }: Finding): string {
  const head = `${MARKS[state]}  ${subject.padEnd(9)} ${message}`;
  return mend === undefined || state === "ok" ? head : `${head}\n      → ${qualifyCommands(mend)}`;
}

/** The gravest failure decides: a dead sign-in before a broken database before the rest. */
function exitCode(findings: readonly Finding[]): number {
  const codes = findings.filter(({ state }) => state === "fail").map(({ exitCode }) => exitCode);
  const order = [EXIT.signIn, EXIT.database, EXIT.usage, EXIT.oura, EXIT.partial];
  return order.find((code) => codes.includes(code)) ?? EXIT.done;
}
