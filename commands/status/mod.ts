import { Option } from "commander";
import { UsageError } from "../../lib/errors.ts";
import { type CheckContext, type DatabaseContext, defineCommand } from "../_cli/define_command.ts";
import type { StatusOptions } from "./show_status.ts";

/** `status`: what landed, when, and how fresh it is. */
export default defineCommand({
  database: "read",
  options: [
    new Option("--all-users", "one line per wearer, with completeness over 14 days"),
    new Option("--csv", "with --all-users: completeness by wearer, data type and day as CSV")
      .conflicts("json"),
  ],
  json: true,
  check({ options }: CheckContext<StatusOptions>) {
    if (options.csv && !options.allUsers) {
      throw new UsageError("OPTION_MISSING", "--csv needs --all-users");
    }
  },
  run: async (context: DatabaseContext<StatusOptions, void>) =>
    await (await import("./show_status.ts")).showStatus(context),
});
