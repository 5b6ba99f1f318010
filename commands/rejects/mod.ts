/** `rejects`: the documents that did not fit. */
import { Argument } from "commander";
import {
  type CheckContext,
  type CommandDefinition,
  defineCommand,
  defineGroup,
} from "../_cli/define_command.ts";
import { typesFlag, userIdFlag } from "../_cli/flags.ts";
import type { RejectsContext } from "./context.ts";

interface Options {
  types?: string;
  userId?: string;
  json?: boolean;
}

const IDS = new Argument("[ids...]", "the numbers that `rejects list` shows");

/** The work of one subcommand, with the ids that were given. */
type Body = (context: RejectsContext, ids: string[]) => Promise<number>;

/** `rejects list`, `rejects show`, `rejects retry`, `rejects discard`. */
export default defineGroup({
  list: [
    "list the documents in quarantine, with reasons",
    rejectsCommand("read", async () => (await import("./list.ts")).list),
  ],
  show: [
    "show one reject, with its document",
    rejectsCommand(
      "read",
      async () => (await import("./show.ts")).show,
      new Argument("<id>", "the number that `rejects list` shows"),
    ),
  ],
  retry: [
    "retry all rejects, or only the given numbers",
    rejectsCommand("write", async () => (await import("./retry.ts")).retry, IDS),
  ],
  discard: [
    "discard the given rejects, or all of --types",
    rejectsCommand("write", async () => (await import("./discard.ts")).discard, IDS),
  ],
});

function rejectsCommand(
  database: "read" | "write",
  loadBody: () => Promise<Body>,
  ids?: Argument,
): CommandDefinition {
  return defineCommand({
    database,
    arguments: ids ? [ids] : [],
    options: [typesFlag(), userIdFlag("only this wearer (default: everyone)")],
    json: true,
    async check({ options, pipeline }: CheckContext<Options>) {
      const { typesOption } = await import("../../pipelines/sync/plan/demand.ts");
      const dataTypes = typesOption(options.types, pipeline);
      return dataTypes ? { dataTypes } : {};
    },
    async run({ terminal, settings, pipeline, db, hasTables, options, args, request }) {
      const { chooseKnown, knownWearers } = await import("../../reports/known_wearers.ts");
      // Without this, an unknown wearer would look like one without rejects.
      if (hasTables) chooseKnown(await knownWearers(db), options.userId);
      const { userId } = options;
      const filter = { ...request, ...(userId === undefined ? {} : { userId }) };
      const json = options.json === true;
      const body = await loadBody();
      return await body({ terminal, settings, pipeline, db, hasTables, filter, json }, [...args]);
    },
  });
}
