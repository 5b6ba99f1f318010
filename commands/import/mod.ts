import { Argument, Option } from "commander";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import { typesFlag, userIdFlag } from "../_cli/flags.ts";
import type { ImportOptions } from "./import_command.ts";

/** `import`: the account export into the same tables that `sync` fills. */
export default defineCommand({
  database: "none",
  configuration: true,
  arguments: [new Argument("<path>", "the ZIP file of Oura's data export, or its folder")],
  options: [
    userIdFlag("whose data it is (default: the only wearer in the database)"),
    typesFlag(),
    new Option(
      "--exported-at <instant>",
      "when the export was made (default: the time of its newest sample)",
    ),
    new Option("--dry-run", "show what would change; write nothing"),
    new Option("--force", "import even if the export seems to be another person's"),
  ],
  json: true,
  help: "Example: oura-sync import data.zip --user-id me",
  run: async (context: CommandContext<ImportOptions>) =>
    await (await import("./import_command.ts")).importCommand(context),
});
