import { type CommandContext, defineCommand } from "../_cli/define_command.ts";

/** `doctor`: a line for everything a sync depends on, each with how to fix it. */
export default defineCommand({
  database: "none",
  configuration: true,
  json: true,
  help: "The exit code is 0 only if no check failed.",
  run: async (context: CommandContext<object>) =>
    await (await import("./examine.ts")).examine(context),
});
