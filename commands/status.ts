import type { Command } from "commander";
import type { Pipeline } from "../config/model.ts";
import type { Database } from "../lib/db/database.ts";
import { type LastRun, lastRuns, type TypeStatus, typeStatus } from "../lib/db/status.ts";
import { type GrantSummary } from "../lib/db/vault/grant.ts";
import { listGrants } from "../lib/db/vault/grants.ts";
import { EXIT } from "../lib/errors.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "./context.ts";
import type { Io } from "./io.ts";
import { jsonText, textTable } from "./output.ts";
import { action } from "./program.ts";

interface Options extends CommonOptions {
  json?: boolean;
}

/** Everything `status` tells of one wearer. */
interface WearerStatus {
  userId: string;
  signIn: Pick<GrantSummary, "state" | "expiresAt"> | null;
  lastRun: LastRun | null;
  types: TypeStatus[];
}

/** `status`: what landed, when, and how fresh it is. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .option("--json", "one JSON document on standard output")
    .action(action<Options>(io, async (options) => {
      const settings = await prepare(options, io);
      const pipeline = await readPipeline(options);
      await withDatabase(settings, pipeline.schema, async (db) => {
        const wearers = await readStatus(db, pipeline);
        if (options.json) io.out(jsonText({ database: db.label, wearers }));
        else io.out([db.label, ...wearers.map(screen)].join("\n\n"));
        if (wearers.length === 0) {
          io.err("Nobody has synced yet: run `auth login`, then `sync`.");
        }
      });
      return EXIT.done;
    }));
}

async function readStatus(db: Database, pipeline: Pipeline): Promise<WearerStatus[]> {
  const runs = await lastRuns(db);
  const grants = await listGrants(db);
  const ids = new Set([...grants.map(({ userId }) => userId), ...runs.map((run) => run.user_id)]);
  const names = pipeline.types.map(({ name }) => name);
  const wearers: WearerStatus[] = [];
  for (const userId of ids) {
    const grant = grants.find((each) => each.userId === userId);
    wearers.push({
      userId,
      signIn: grant ? { state: grant.state, expiresAt: grant.expiresAt } : null,
      lastRun: runs.find((run) => run.user_id === userId) ?? null,
      types: await typeStatus(db, userId, names),
    });
  }
  return wearers;
}

function screen(wearer: WearerStatus): string {
  const rows = wearer.types.map((type) => [
    type.data_type,
    type.fetched_at === null ? "never" : minuteText(type.fetched_at),
    type.last_state ?? "",
    type.open_rejects || "",
    type.revised_this_week || "",
    type.failed_windows || "",
    type.error_message ?? "",
  ]);
  const head = ["data type", "last read", "", "rejects", "revised (7 d)", "failed windows", ""];
  const table = textTable(head, rows, ["left", "left", "left", "right", "right", "right"]);
  return [`wearer ${wearer.userId}`, signInText(wearer), runText(wearer), table].join("\n");
}

function signInText({ signIn }: WearerStatus): string {
  if (signIn === null) return "sign-in   none stored (a static token, or signed out)";
  if (signIn.state === "needs_login") return "sign-in   DEAD: run `auth login`";
  return `sign-in   active, token until ${minuteText(signIn.expiresAt)}`;
}

function runText({ lastRun: run }: WearerStatus): string {
  if (run === null) return "last run  none";
  const rows = `${run.rows_inserted} inserted, ${run.rows_updated} updated, ` +
    `${run.rows_unchanged} unchanged, ${run.rows_rejected} rejected`;
  const error = run.error_message === null ? "" : `: ${run.error_message}`;
  return `last run  ${minuteText(run.started_at)} ${run.command} ${run.state}${error} (${rows})`;
}

function minuteText(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
