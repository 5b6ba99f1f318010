/** The commands by name: apart from their files, so that messages can name commands. */

/** In the order of the help. */
export const COMMAND_NAMES = [
  "demo",
  "init",
  "auth",
  "sync",
  "backfill",
  "plan",
  "apply",
  "replay",
  "migrate",
  "validate",
  "doctor",
  "status",
  "gaps",
  "rejects",
  "query",
  "dashboard",
  "report",
  "schedule",
  "completions",
  "simulate",
  "schema",
] as const;

/** One of {@linkcode COMMAND_NAMES}. */
export type CommandName = typeof COMMAND_NAMES[number];
