/** The file of each command, loaded when the command is called: `--help` loads no driver. */
import type { CommandDefinition, CommandModule } from "./define_command.ts";
import type { CommandName } from "./registry.ts";

const FILES: Readonly<Record<CommandName, () => Promise<CommandModule>>> = {
  demo: () => import("../demo/mod.ts"),
  init: () => import("../init/mod.ts"),
  auth: () => import("../auth/mod.ts"),
  sync: () => import("../sync/mod.ts"),
  backfill: () => import("../backfill.ts"),
  import: () => import("../import.ts"),
  plan: () => import("../plan.ts"),
  apply: () => import("../apply.ts"),
  replay: () => import("../replay.ts"),
  migrate: () => import("../migrate.ts"),
  validate: () => import("../validate.ts"),
  doctor: () => import("../doctor/mod.ts"),
  status: () => import("../status/mod.ts"),
  wearers: () => import("../wearers.ts"),
  gaps: () => import("../gaps.ts"),
  rejects: () => import("../rejects/mod.ts"),
  query: () => import("../query.ts"),
  schedule: () => import("../schedule/mod.ts"),
  export: () => import("../export.ts"),
  forget: () => import("../forget.ts"),
  prune: () => import("../prune.ts"),
  worker: () => import("../worker/mod.ts"),
  dashboard: () => import("../dashboard/mod.ts"),
  serve: () => import("../serve/mod.ts"),
  report: () => import("../report.ts"),
  webhooks: () => import("../webhooks/mod.ts"),
  completions: () => import("../completions/mod.ts"),
  simulate: () => import("../simulate.ts"),
  schema: () => import("../schema.ts"),
};

/** Loads a command. */
export async function loadCommand(name: CommandName): Promise<CommandDefinition> {
  return (await FILES[name]()).default;
}
