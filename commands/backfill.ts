import { Option } from "commander";
import { type CommandContext, defineCommand } from "./_cli/define_command.ts";
import { FETCH_OPTIONS, type FetchOptions } from "./sync/fetch_options.ts";

interface Options extends FetchOptions {
  from: string;
  to?: string;
}

/** `backfill`: fill any span, newest first; after a stop, it continues from there. */
export default defineCommand({
  database: "none",
  configuration: true,
  options: [
    ...FETCH_OPTIONS,
    new Option("--from <day>", "the first day (YYYY-MM-DD)").makeOptionMandatory(),
    new Option("--to <day>", "the last day, included (default: today)"),
  ],
  json: true,
  help: "Only days that are not settled are requested. To continue after a stop, run it again.",
  async run(context: CommandContext<Options>) {
    const { newestDay, spanOption } = await import("../pipelines/sync/plan/demand.ts");
    const { runFetch } = await import("./sync/sync_command.ts");
    return await runFetch(context, () => {
      const { from, to } = context.options;
      const now = new Date();
      const given = spanOption(["--from", from], ["--to", to], now);
      const span = { from, to: newestDay(now), ...given };
      return { command: "backfill", demand: { kind: "missing", span }, priority: "backfill" };
    });
  },
});
