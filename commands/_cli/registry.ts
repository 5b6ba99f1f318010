/** All commands with what they do. Each one's file is loaded only when it is called. */
import type { CommandEntry } from "./action.ts";
import { COMMAND_NAMES, type CommandName } from "./names.ts";

const ENTRIES: Readonly<Record<CommandName, Omit<CommandEntry, "name">>> = {
  demo: {
    summary: "the whole main job against a simulated Oura and a fresh embedded database",
    load: () => import("../demo/mod.ts"),
  },
  init: {
    summary: "write .env and oura.yaml where missing, and create the tables",
    load: () => import("../init/mod.ts"),
  },
  auth: {
    summary: "sign in at Oura, and look after the sign-in",
    load: () => import("../auth/mod.ts"),
  },
  sync: {
    summary: "fetch what is new or missing and load it",
    load: () => import("../sync/mod.ts"),
  },
  backfill: {
    summary: "fetch the missing days of any span, newest first",
    load: () => import("../backfill.ts"),
  },
  plan: {
    summary: "what oura.yaml would change in the tables",
    load: () => import("../plan.ts"),
  },
  apply: {
    summary: "make the tables match oura.yaml, and fill new columns from stored documents",
    load: () => import("../apply.ts"),
  },
  replay: {
    summary: "transform and load the stored documents again, without asking Oura",
    load: () => import("../replay.ts"),
  },
  migrate: {
    summary: "create or update the tables",
    load: () => import("../migrate.ts"),
  },
  validate: {
    summary: "check configuration and environment without a connection",
    load: () => import("../validate.ts"),
  },
  doctor: {
    summary: "check database, rights, sign-in, scopes, API and clock, each with its mend",
    load: () => import("../doctor/mod.ts"),
  },
  status: {
    summary: "what landed, when, and how fresh it is",
    load: () => import("../status.ts"),
  },
  gaps: {
    summary: "which days are missing, and why",
    load: () => import("../gaps.ts"),
  },
  rejects: {
    summary: "the documents that did not fit: list, show, retry, discard",
    load: () => import("../rejects/mod.ts"),
  },
  query: {
    summary: "run a read-only SQL query",
    load: () => import("../query.ts"),
  },
  dashboard: {
    summary: "the local web page: see your days, nights and trends",
    load: () => import("../dashboard/mod.ts"),
  },
  report: {
    summary: "a period as one file to print or send",
    load: () => import("../report.ts"),
  },
  schedule: {
    summary: "have the operating system run sync",
    load: () => import("../schedule/mod.ts"),
  },
  completions: {
    summary: "completions for bash, zsh or fish",
    load: () => import("../completions/mod.ts"),
  },
  simulate: {
    summary: "a local Oura with synthetic data: API, OAuth and webhooks",
    load: () => import("../simulate.ts"),
  },
  schema: {
    summary: "print the JSON Schema of oura.yaml",
    load: () => import("../schema.ts"),
  },
};

/** In the order of the help. */
export const COMMANDS: readonly CommandEntry[] = COMMAND_NAMES.map((name) => ({
  name,
  ...ENTRIES[name],
}));
