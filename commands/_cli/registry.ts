/**
 * All commands. To add one, write its file, describe it here, and add its line to `load_command.ts`;
 * the compiler asks for that one. The program, `deno.json` (`deno task tasks:write`), the pages
 * (`deno task docs:write`), the completions and the rights of the binary follow.
 */
import type { Permissions } from "./permissions.ts";

/** A command: its name, one line about it, and what it needs. */
export interface CommandEntry {
  readonly name: CommandName;
  readonly summary: string;
  /** What it does to the database at most. */
  readonly database: "none" | "read" | "write";
  readonly permissions: Permissions;
}

/** In the order of the help. */
const ENTRIES = [
  {
    name: "demo",
    summary: "try everything with a simulated Oura and an embedded database",
    database: "write",
    permissions: "demo",
  },
  {
    name: "init",
    summary: "create .env, oura.yaml and the tables where they are missing",
    database: "write",
    permissions: "database",
  },
  {
    name: "auth",
    summary: "sign in to Oura, and manage sign-ins",
    database: "write",
    permissions: "browser",
  },
  {
    name: "sync",
    summary: "fetch new and changed data and load it",
    database: "write",
    permissions: "fetch",
  },
  {
    name: "backfill",
    summary: "fetch the missing days of any span, newest first",
    database: "write",
    permissions: "fetch",
  },
  {
    name: "import",
    summary: "load the account export (ZIP or folder) into the same tables",
    database: "write",
    permissions: "fetch",
  },
  {
    name: "plan",
    summary: "show the changes that oura.yaml asks for, as SQL",
    database: "read",
    permissions: "database",
  },
  {
    name: "apply",
    summary: "make the tables match oura.yaml, and fill the new columns",
    database: "write",
    permissions: "fetch",
  },
  {
    name: "replay",
    summary: "transform and load stored documents again, without asking Oura",
    database: "write",
    permissions: "database",
  },
  {
    name: "migrate",
    summary: "create or update the tables",
    database: "write",
    permissions: "database",
  },
  {
    name: "validate",
    summary: "check oura.yaml and the environment without a connection",
    database: "none",
    permissions: "configuration",
  },
  {
    name: "doctor",
    summary: "check the whole setup and say how to fix each problem",
    database: "read",
    permissions: "database",
  },
  {
    name: "status",
    summary: "show what was loaded, when, and how fresh it is",
    database: "read",
    permissions: "database",
  },
  {
    name: "wearers",
    summary: "list the wearers, and give them labels such as P-017",
    database: "write",
    permissions: "database",
  },
  {
    name: "gaps",
    summary: "list the missing days and their causes",
    database: "read",
    permissions: "database",
  },
  {
    name: "rejects",
    summary: "list, show, retry or discard documents that did not fit",
    database: "write",
    permissions: "fetch",
  },
  {
    name: "query",
    summary: "run a read-only SQL query",
    database: "read",
    permissions: "database",
  },
  {
    name: "export",
    summary: "write the tables as CSV, NDJSON or Parquet files",
    database: "read",
    permissions: "database",
  },
  {
    name: "forget",
    summary: "revoke the sign-in of one wearer and delete all their data",
    database: "write",
    permissions: "fetch",
  },
  {
    name: "prune",
    summary: "delete bookkeeping older than the retention in oura.yaml",
    database: "write",
    permissions: "database",
  },
  {
    name: "worker",
    summary: "run the jobs of all wearers: webhook events and scheduled syncs",
    database: "write",
    permissions: "fetch",
  },
  {
    name: "dashboard",
    summary: "show your days, nights and trends in the browser",
    database: "read",
    permissions: "browser",
  },
  {
    name: "serve",
    summary: "receive Oura's webhooks, until it is stopped",
    database: "write",
    permissions: "fetch",
  },
  {
    name: "report",
    summary: "write a report on a period: one file to print or send",
    database: "read",
    permissions: "database",
  },
  {
    name: "schedule",
    summary: "run sync regularly, with the scheduler of the operating system",
    database: "none",
    permissions: "schedule",
  },
  {
    name: "webhooks",
    summary: "manage the app's webhook subscriptions at Oura",
    database: "none",
    permissions: "oura",
  },
  {
    name: "completions",
    summary: "print shell completions for bash, zsh, fish or PowerShell",
    database: "none",
    permissions: "none",
  },
  {
    name: "simulate",
    summary: "run a simulated Oura: API, OAuth and webhooks, synthetic data",
    database: "none",
    permissions: "simulator",
  },
  {
    name: "schema",
    summary: "print the JSON Schema of oura.yaml",
    database: "none",
    permissions: "none",
  },
] as const satisfies readonly (Omit<CommandEntry, "name"> & { name: string })[];

/** The name of a command. */
export type CommandName = typeof ENTRIES[number]["name"];

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = ENTRIES;
