import { stderr, stdin } from "node:process";
import { UsageError } from "../lib/errors.ts";
import { type CheckContext, defineCommand } from "./_cli/define_command.ts";
import { userIdFlag } from "./_cli/flags.ts";
import { countText } from "./_cli/output.ts";
import { Option } from "commander";
import { command } from "../lib/program_command.ts";

interface Options {
  userId: string;
  yes?: boolean;
}

/** `forget`: removes everything of one wearer. */
export default defineCommand({
  database: "write",
  options: [
    userIdFlag("the wearer to forget").makeOptionMandatory(),
    new Option("--yes", "delete without asking to type the wearer's id"),
  ],
  json: true,
  check: (_: CheckContext<Options>) => {},
  async run({ db, settings, pipeline, options: { userId, yes }, terminal, print }) {
    const { holdsWearer, wearerTables } = await import("../pipelines/forget/wearer_tables.ts");
    const { forgetWearer } = await import("../pipelines/forget/forget.ts");
    const { removeSignIn } = await import("../lib/auth/remove_sign_in.ts");
    const { readLabels } = await import("../lib/db/store/wearers.ts");
    const { CATALOG } = await import("../lib/oura/catalog/index.ts");
    const { EXPORT_CATALOG } = await import("../lib/oura/catalog/export_types.ts");
    const { interruptible } = await import("../lib/process/interruption.ts");
    const { holdProcessLock } = await import("../lib/process/process_lock.ts");
    if (!await holdsWearer(db, await wearerTables(db), userId)) {
      throw new UsageError("UNKNOWN_WEARER", `this database knows no wearer ${userId}`, {
        hint: `${command("status")} shows the wearers.`,
      });
    }
    if (!yes) {
      const label = (await readLabels(db)).get(userId);
      await confirm([userId, ...(label === undefined ? [] : [label])], terminal.inIsTerminal);
    }
    using interruption = interruptible((text) => terminal.err(text));
    await using life = await holdProcessLock(settings.dataDirectory);
    const deleted = await forgetWearer(db, {
      userId,
      dataTypes: [
        ...new Set([...CATALOG, ...EXPORT_CATALOG, ...pipeline.types].map(({ name }) => name)),
      ],
      lease: life.lease,
      configChecksum: pipeline.checksum,
      before: () => removeSignIn(settings, db, userId),
      signal: interruption.signal,
    });
    print({ deleted }, `Deleted ${countText(deleted)} rows and the sign-in of this wearer.`);
  },
});

/** @param names The wearer's id, and the label where there is one: either confirms. */
async function confirm(names: readonly string[], canAsk: boolean): Promise<void> {
  const { ask } = await import("./init/values.ts");
  const question = {
    variable: "id",
    option: "--yes",
    prompt: "This deletes everything of the wearer. Type the wearer's id or label to confirm",
    required: false,
  };
  const typed = canAsk
    ? (await ask([question], stdin, (text) => stderr.write(text))).id
    : undefined;
  if (typed !== undefined && names.includes(typed)) return;
  throw new UsageError("FORGET_UNCONFIRMED", "`forget` was not confirmed. Nothing was deleted.", {
    hint: "Type the wearer's id or label when asked, or pass --yes.",
  });
}
