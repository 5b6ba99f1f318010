import { Option } from "commander";
import type { Demand } from "../pipelines/sync/plan/windows.ts";
import { type CommandContext, defineCommand } from "./_cli/define_command.ts";
import { newestDay, spanOption } from "../pipelines/sync/plan/demand.ts";
import { FETCH_OPTIONS, type FetchOptions, runFetch } from "./sync/sync_command.ts";

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
  run: (context: CommandContext<Options>) =>
    runFetch(context, () => ({
      command: "backfill",
      demand: missingDays(context.options, new Date()),
      priority: "backfill",
    })),
});

function missingDays({ from, to }: Options, now: Date): Demand {
  const given = spanOption(["--from", from], ["--to", to], now);
  return { kind: "missing", span: { from, to: newestDay(now), ...given } };
}
