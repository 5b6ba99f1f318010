/** `rejects`: the documents that did not fit. */
import type { Command } from "commander";
import type { Pipeline } from "../config/model.ts";
import type { Settings } from "../config/settings.ts";
import type { Database } from "../lib/db/database.ts";
import { listRejects, type RejectFilter } from "../lib/db/quarantine.ts";
import { EXIT } from "../lib/errors.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "./context.ts";
import type { Io } from "./io.ts";
import { jsonText } from "./output.ts";
import { action } from "./action.ts";
import { discard } from "./rejects/discard.ts";
import { listText, rejectJson } from "./rejects/screen.ts";
import { retry } from "./rejects/retry.ts";
import { show } from "./rejects/show.ts";
import { typesOption } from "./sync_options.ts";

/** Options of all subcommands. */
export interface RejectsOptions extends CommonOptions {
  types?: string;
  userId?: string;
  json?: boolean;
}

/** What a subcommand gets. */
export interface RejectsContext {
  readonly io: Io;
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  readonly db: Database;
  readonly filter: Omit<RejectFilter, "ids">;
  readonly json: boolean;
}

/** `rejects list`, `rejects show`, `rejects retry`, `rejects discard`. */
export function define(command: Command, io: Io): void {
  const add = (
    usage: string,
    description: string,
    body: (context: RejectsContext, ids: string[]) => Promise<number>,
  ): void => {
    withCommonOptions(command.command(usage).description(description))
      .option("--types <a,b>", "only these data types")
      .option("--user-id <id>", "only this wearer (default: everyone)")
      .option("--json", "one JSON document on standard output")
      .action(action<RejectsOptions>(io, async (options, ...ids) => {
        const settings = await prepare(options, io);
        const pipeline = await readPipeline(options);
        const dataTypes = typesOption(options.types, pipeline);
        const filter = {
          ...(dataTypes ? { dataTypes } : {}),
          ...(options.userId === undefined ? {} : { userId: options.userId }),
        };
        return await withDatabase(settings, pipeline.schema, (db) => {
          const json = options.json === true;
          return body({ io, settings, pipeline, db, filter, json }, ids);
        });
      }));
  };
  add("list", "what is in quarantine, and why", list);
  add("show <id>", "one of them, with the document itself", show);
  add("retry [ids...]", "load what fits by now; all of them, or those named", retry);
  add("discard [ids...]", "give those named up, or all of --types", discard);
}

async function list({ io, db, filter, json }: RejectsContext): Promise<number> {
  const rejects = await listRejects(db, filter);
  if (json) io.out(jsonText({ rejects: rejects.map(rejectJson) }));
  else io.out(rejects.length === 0 ? "Nothing is in quarantine." : listText(rejects));
  return EXIT.done;
}
