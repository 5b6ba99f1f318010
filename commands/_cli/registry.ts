/**
 * All commands. To add one, write its file and add its line here: the program, `deno.json`
 * (`deno task tasks:write`), the documentation (`deno task docs:write`), the completions and the
 * permissions of the binary follow. The file of a command is loaded when the command is called.
 */
import type { CommandModule } from "./define_command.ts";
import type { Permissions } from "./permissions.ts";

/** A command: its name, one line about it, what it needs, and its file. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** What it does to the database at most. */
  readonly database: "none" | "read" | "write";
  readonly permissions: Permissions;
  readonly load: () => Promise<CommandModule>;
}

/** In the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "try everything with a simulated Oura and a fresh embedded database",
    database: "write",
    permissions: "demo",
    load: () => import("../demo/mod.ts"),
  },
  {
    name: "init",
    summary: "write .env and oura.yaml where missing, and create the tables",
    database: "write",
    permissions: "database",
    load: () => import("../init/mod.ts"),
  },
  {
    name: "auth",
    summary: "sign in at Oura, and manage the sign-ins",
    database: "write",
    permissions: "browser",
    load: () => import("../auth/mod.ts"),
  },
  {
    name: "sync",
    summary: "fetch what is new or missing and load it",
    database: "write",
    permissions: "fetch",
    load: () => import("../sync/mod.ts"),
  },
  {
    name: "backfill",
    summary: "fetch the missing days of any span, newest first",
    database: "write",
    permissions: "fetch",
    load: () => import("../backfill.ts"),
  },
  {
    name: "import",
    summary: "load the account export (ZIP or folder) into the same tables",
    database: "write",
    permissions: "fetch",
    load: () => import("../import.ts"),
  },
  {
    name: "plan",
    summary: "show what oura.yaml would change in the tables",
    database: "read",
    permissions: "database",
    load: () => import("../plan.ts"),
  },
  {
    name: "apply",
    summary: "make the tables match oura.yaml, and fill new columns from stored documents",
    database: "write",
    permissions: "fetch",
    load: () => import("../apply.ts"),
  },
  {
    name: "replay",
    summary: "transform and load the stored documents again, without asking Oura",
    database: "write",
    permissions: "database",
    load: () => import("../replay.ts"),
  },
  {
    name: "migrate",
    summary: "create or update the tables",
    database: "write",
    permissions: "database",
    load: () => import("../migrate.ts"),
  },
  {
    name: "validate",
    summary: "check configuration and environment without a connection",
    database: "none",
    permissions: "configuration",
    load: () => import("../validate.ts"),
  },
  {
    name: "doctor",
    summary: "check database, rights, sign-in, scopes, API and clock, and say how to fix each",
    database: "read",
    permissions: "database",
    load: () => import("../doctor/mod.ts"),
  },
  {
    name: "status",
    summary: "what landed, when, and how fresh it is",
    database: "read",
    permissions: "database",
    load: () => import("../status.ts"),
  },
  {
    name: "gaps",
    summary: "which days are missing, and why",
    database: "read",
    permissions: "database",
    load: () => import("../gaps.ts"),
  },
  {
    name: "rejects",
    summary: "the documents that did not fit: list, show, retry, discard",
    database: "write",
    permissions: "fetch",
    load: () => import("../rejects/mod.ts"),
  },
  {
    name: "query",
    summary: "run a read-only SQL query",
    database: "read",
    permissions: "database",
    load: () => import("../query.ts"),
  },
  {
    name: "dashboard",
    summary: "serve the local web page: days, nights and trends",
    database: "read",
    permissions: "browser",
    load: () => import("../dashboard/mod.ts"),
  },
  {
    name: "report",
    summary: "write a period as one file to print or send",
    database: "read",
    permissions: "database",
    load: () => import("../report.ts"),
  },
  {
    name: "schedule",
    summary: "have the operating system run sync",
    database: "none",
    permissions: "schedule",
    load: () => import("../schedule/mod.ts"),
  },
  {
    name: "completions",
    summary: "completions for bash, zsh, fish or PowerShell",
    database: "none",
    permissions: "none",
    load: () => import("../completions/mod.ts"),
  },
  {
    name: "simulate",
    summary: "serve a local Oura with synthetic data: API, OAuth and webhooks",
    database: "none",
    permissions: "simulator",
    load: () => import("../simulate.ts"),
  },
  {
    name: "schema",
    summary: "print the JSON Schema of oura.yaml",
    database: "none",
    permissions: "none",
    load: () => import("../schema.ts"),
  },
];
