/** `rejects`: the documents that did not fit. */
import { Argument } from "commander";
import { listRejects } from "../../lib/db/store/rejects.ts";
import { EXIT } from "../../lib/errors.ts";
import { chooseKnown, knownWearers } from "../../reports/known_wearers.ts";
import {
  type CheckContext,
  type CommandDefinition,
  defineCommand,
  defineGroup,
} from "../_cli/define_command.ts";
import { typesFlag, userIdFlag } from "../_cli/flags.ts";
import { jsonText } from "../_cli/output.ts";
import { typesOption } from "../../pipelines/sync/plan/demand.ts";
import type { RejectsContext } from "./context.ts";
import { discard } from "./discard.ts";
import { printList, rejectJson } from "./format.ts";
import { retry } from "./retry.ts";
import { show } from "./show.ts";

interface Options {
  types?: string;
  userId?: string;
  json?: boolean;
}

const IDS = new Argument("[ids...]", "the numbers that `rejects list` shows");

/** `rejects list`, `rejects show`, `rejects retry`, `rejects discard`. */
export default defineGroup({
  list: ["list the documents in quarantine, with reasons", rejectsCommand("read", list)],
  show: [
    "show one reject, with its document",
    rejectsCommand("read", show, new Argument("<id>", "the number that `rejects list` shows")),
  ],
  retry: [
    "retry all rejects, or only the given numbers",
    rejectsCommand("write", retry, IDS),
  ],
  discard: ["discard the given rejects, or all of --types", rejectsCommand("write", discard, IDS)],
});

function rejectsCommand(
  database: "read" | "write",
  body: (context: RejectsContext, ids: string[]) => Promise<number>,
  ids?: Argument,
): CommandDefinition {
  return defineCommand({
    database,
    arguments: ids ? [ids] : [],
    options: [typesFlag(), userIdFlag("only this wearer (default: everyone)")],
    json: true,
    check: ({ options, pipeline }: CheckContext<Options>) => {
      const dataTypes = typesOption(options.types, pipeline);
      return dataTypes ? { dataTypes } : {};
    },
    async run({ terminal, settings, pipeline, db, hasTables, options, args, request }) {
      // Without this, an unknown wearer would look like one without rejects.
      if (hasTables) chooseKnown(await knownWearers(db), options.userId);
      const { userId } = options;
      const filter = { ...request, ...(userId === undefined ? {} : { userId }) };
      const json = options.json === true;
      return await body({ terminal, settings, pipeline, db, hasTables, filter, json }, [...args]);
    },
  });
}

async function list({ terminal, db, hasTables, filter, json }: RejectsContext): Promise<number> {
  const rejects = hasTables ? await listRejects(db, filter) : [];
  if (json) terminal.out(jsonText({ rejects: rejects.map(rejectJson) }));
  else if (rejects.length === 0) terminal.out("Nothing is in quarantine.");
  else printList(terminal, rejects);
  return EXIT.done;
}
