import { Option } from "commander";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import type { DemoOptions } from "./demo.ts";

/** `demo`: the whole main job against the simulator and a fresh embedded database. */
export default defineCommand({
  database: "none",
  options: [
    new Option("--days <n>", "days of history").default("90"),
    new Option("--serve", "then serve the dashboard until you press Ctrl-C"),
    new Option("--port <n>", "the port of the dashboard; 0 picks a free one").default("8787"),
    new Option("--no-open", "with --serve: do not open a browser"),
    new Option("--config <file>", "the pipeline configuration (default: as for sync)"),
  ],
  run: async (context: CommandContext<DemoOptions>) =>
    await (await import("./demo.ts")).demo(context),
});
