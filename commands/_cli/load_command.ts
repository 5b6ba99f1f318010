/**
 * The file of each command, loaded when the command is called.
 *
 * The paths are values, because Deno loads the modules of every literal `import()` at its start, and
 * all commands together have 700 modules. Tools that need all of them (`deno compile`) use this list.
 */
import type { CommandDefinition, CommandModule } from "./define_command.ts";
import type { CommandName } from "./registry.ts";

/** The file of each command, relative to the directory `commands`. */
export const COMMAND_FILES: Readonly<Record<CommandName, string>> = {
  demo: "demo/mod.ts",
  init: "init/mod.ts",
  auth: "auth/mod.ts",
  sync: "sync/mod.ts",
  backfill: "backfill.ts",
  import: "import/mod.ts",
  plan: "plan.ts",
  apply: "apply.ts",
  replay: "replay.ts",
  migrate: "migrate.ts",
  validate: "validate.ts",
  doctor: "doctor/mod.ts",
  status: "status/mod.ts",
  wearers: "wearers.ts",
  gaps: "gaps.ts",
  rejects: "rejects/mod.ts",
  query: "query.ts",
  schedule: "schedule/mod.ts",
  export: "export.ts",
  forget: "forget.ts",
  prune: "prune.ts",
  worker: "worker/mod.ts",
  dashboard: "dashboard/mod.ts",
  serve: "serve/mod.ts",
  report: "report.ts",
  webhooks: "webhooks/mod.ts",
  completions: "completions/mod.ts",
  simulate: "simulate.ts",
  schema: "schema.ts",
};

/** Loads a command. */
export async function loadCommand(name: CommandName): Promise<CommandDefinition> {
  const { href } = new URL(`../${COMMAND_FILES[name]}`, import.meta.url);
  const module: CommandModule = await import(href);
  return module.default;
}
