/** `wearers`: who is in the database, and what they are called. */
import { Argument, Option } from "commander";
import { UsageError } from "../lib/errors.ts";
import { asTypedHere } from "./_cli/command_names.ts";
import { type CheckContext, defineCommand, defineGroup } from "./_cli/define_command.ts";
import { textTable } from "./_cli/output.ts";
import { command } from "../lib/program_command.ts";

interface SetOptions {
  /** False with `--no-label`. */
  label?: string | false;
}

const SIGN_INS = { active: "active", needs_login: "expired" } as const;

/** `wearers list`, `wearers set`. */
export default defineGroup({
  list: [
    "list the wearers with their labels and sign-ins",
    defineCommand({
      database: "read",
      json: true,
      async run({ db, hasTables, terminal, print }) {
        const { knownWearers } = await import("../reports/known_wearers.ts");
        const known = hasTables ? await knownWearers(db) : [];
        const wearers = known.map(({ userId, label, grant }) => ({
          userId,
          label,
          signIn: grant?.state ?? null,
        }));
        const rows = wearers.map(({ userId, label, signIn }) => [
          userId,
          label,
          signIn === null ? "not stored" : SIGN_INS[signIn],
        ]);
        print({ wearers }, () => textTable(["wearer", "label", "sign-in"], rows));
        if (wearers.length === 0) {
          terminal.err(
            `No wearer has signed in yet: run ${asTypedHere("auth login")}.`,
          );
        }
      },
    }),
  ],
  set: [
    "give a wearer a label, or take it away",
    defineCommand({
      database: "write",
      arguments: [new Argument("<wearer>", "the wearer's id, or the present label")],
      options: [
        new Option("--label <label>", "up to 40 letters, digits, dots, _ and -, such as P-017"),
        new Option("--no-label", "take the label away"),
      ],
      json: true,
      async check({ options: { label } }: CheckContext<SetOptions>) {
        const { checkLabel } = await import("../lib/db/store/wearers.ts");
        if (label === undefined) {
          throw new UsageError("OPTION_MISSING", "`wearers set` needs --label or --no-label");
        }
        return label === false ? null : checkLabel(label);
      },
      async run({ db, args, request: label, print }) {
        const { setLabel, wearerNamed } = await import("../lib/db/store/wearers.ts");
        const { knownWearers } = await import("../reports/known_wearers.ts");
        const userId = await wearerNamed(db, args[0]!);
        if (!(await knownWearers(db)).some((known) => known.userId === userId)) {
          throw new UsageError("UNKNOWN_WEARER", `this database knows no wearer ${userId}`, {
            hint: `${command("wearers list")} shows the wearers.`,
          });
        }
        await setLabel(db, userId, label, new Date());
        const text = label === null ? "has no label now" : `is called ${label}`;
        print({ userId, label }, `Wearer ${userId} ${text}.`);
      },
    }),
  ],
});
