/** `rejects`: the documents that did not fit. */
import type { Command } from "commander";
import type { Database } from "../../lib/db/driver/database.ts";
import { listRejects } from "../../lib/db/store/rejects.ts";
import { EXIT } from "../../lib/errors.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
  withReadOnlyDatabase,
} from "../_cli/context.ts";
import type { Io } from "../_cli/terminal.ts";
import { chooseKnown, knownWearers } from "../../reports/known_wearers.ts";
import { jsonText } from "../_cli/output.ts";
import { action } from "../_cli/action.ts";
import type { RejectsContext } from "./context.ts";
import { discard } from "./discard.ts";
import { printList, rejectJson } from "./format.ts";
import { retry } from "./retry.ts";
import { show } from "./show.ts";
import { typesFlag, userIdFlag } from "../_cli/flags.ts";
import { typesOption } from "../sync/options.ts";

/** Options of all subcommands. */
export interface RejectsOptions extends CommonOptions {
  types?: string;
  userId?: string;
  json?: boolean;
}

/** `rejects list`, `rejects show`, `rejects retry`, `rejects discard`. */
export function define(command: Command, io: Io): void {
  const add = (
    usage: string,
    description: string,
    body: (context: RejectsContext, ids: string[]) => Promise<number>,
    looks: boolean,
  ): void => {
    withCommonOptions(command.command(usage).description(description))
      .addOption(typesFlag())
      .addOption(userIdFlag("only this wearer (default: everyone)"))
      .option("--json", "one JSON document on standard output")
      .action(action<RejectsOptions>(io, async (options, ...ids) => {
        const settings = await prepare(options, io);
        const pipeline = await readPipeline(options);
        const dataTypes = typesOption(options.types, pipeline);
        const filter = {
          ...(dataTypes ? { dataTypes } : {}),
          ...(options.userId === undefined ? {} : { userId: options.userId }),
        };
        const json = options.json === true;
        const work = async (db: Database, hasTables = true) => {
          // An unknown wearer without rejects would look like all well.
          if (hasTables) chooseKnown(await knownWearers(db), options.userId);
          return await body({ io, settings, pipeline, db, hasTables, filter, json }, ids);
        };
        const { schema } = pipeline;
        if (looks) return await withReadOnlyDatabase(settings, schema, work);
        return await withDatabase(settings, schema, (db) => work(db));
      }));
  };
  add("list", "what is in quarantine, and why", list, true);
  add("show <id>", "one of them, with the document itself", show, true);
  add("retry [ids...]", "load what fits by now; all of them, or those named", retry, false);
  add("discard [ids...]", "give those named up, or all of --types", discard, false);
}

async function list({ io, db, hasTables, filter, json }: RejectsContext): Promise<number> {
  const rejects = hasTables ? await listRejects(db, filter) : [];
  if (json) io.out(jsonText({ rejects: rejects.map(rejectJson) }));
  else if (rejects.length === 0) io.out("Nothing is in quarantine.");
  else printList(io, rejects);
  return EXIT.done;
}
