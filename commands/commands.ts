/** All commands, in the order of the help. Each file is loaded only when its command is called. */
import type { CommandEntry } from "./action.ts";

/** See the file's head. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "the whole main job against a simulated Oura and a fresh embedded database",
    load: () => import("./demo.ts"),
  },
  {
    name: "init",
    summary: "write .env and oura.yaml where missing, and create the tables",
    load: () => import("./init.ts"),
  },
  {
    name: "auth",
    summary: "sign in at Oura, and look after the sign-in",
    load: () => import("./auth.ts"),
  },
  {
    name: "sync",
    summary: "fetch what is owed and load it",
    load: () => import("./sync.ts"),
  },
  {
    name: "backfill",
    summary: "fetch the missing days of any span, newest first",
    load: () => import("./backfill.ts"),
  },
  {
    name: "plan",
    summary: "what oura.yaml would change in the tables",
    load: () => import("./plan.ts"),
  },
  {
    name: "apply",
    summary: "make the tables match oura.yaml, and fill new columns from stored documents",
    load: () => import("./apply.ts"),
  },
  {
    name: "replay",
    summary: "transform and load the stored documents again, without asking Oura",
    load: () => import("./replay.ts"),
  },
  {
    name: "migrate",
    summary: "create or update the tables",
    load: () => import("./migrate.ts"),
  },
  {
    name: "validate",
    summary: "check configuration and environment without a connection",
    load: () => import("./validate.ts"),
  },
  {
    name: "doctor",
    summary: "check database, rights, sign-in, scopes, API and clock, each with its mend",
    load: () => import("./doctor.ts"),
  },
  {
    name: "status",
    summary: "what landed, when, and how fresh it is",
    load: () => import("./status.ts"),
  },
  {
    name: "gaps",
    summary: "which days are missing, and why",
    load: () => import("./gaps.ts"),
  },
  {
    name: "rejects",
    summary: "the documents that did not fit: list, show, retry, discard",
    load: () => import("./rejects.ts"),
  },
  {
    name: "query",
    summary: "run a read-only SQL query",
    load: () => import("./query.ts"),
  },
  {
    name: "schedule",
    summary: "have the operating system run sync",
    load: () => import("./schedule.ts"),
  },
  {
    name: "completions",
    summary: "completions for bash, zsh or fish",
    load: () => import("./completions.ts"),
  },
  {
    name: "simulate",
    summary: "a local Oura with synthetic data: API, OAuth and webhooks",
    load: () => import("./simulate.ts"),
  },
  {
    name: "schema",
    summary: "print the JSON Schema of oura.yaml",
    load: () => import("./schema.ts"),
  },
];
