import { Option } from "commander";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import type { SpanOptions } from "../../pipelines/sync/plan/demand.ts";
import { FETCH_OPTIONS, type FetchOptions } from "./fetch_options.ts";
import { durationOption } from "./options.ts";
import { repeat } from "./repeat.ts";

interface Options extends FetchOptions, SpanOptions {
  every?: string;
}

/** A run asks some 40 times: oftener than this, one wearer comes near Oura's 5,000 in 5 minutes. */
const LEAST_PAUSE_MS = 10_000;

/** `sync`: fetch new and changed data and load it. */
export default defineCommand({
  database: "none",
  configuration: true,
  options: [
    ...FETCH_OPTIONS,
    new Option("--initial", "sync from SYNC_DAYS_BACK days ago to today"),
    new Option("--all", "sync all data types of oura.yaml (the default)").conflicts("types"),
    new Option("--start-date <day>", "the first day to fetch again (YYYY-MM-DD)"),
    new Option("--end-date <day>", "the last day to fetch again, included (default: today)"),
    new Option("--full-refresh", "fetch everything again"),
    new Option("--every <time>", "repeat at this interval until stopped (15m, 6h)")
      .conflicts(["json", "dryRun"]),
  ],
  json: true,
  help:
    "Without options, sync fetches what is new or missing, and the days of the look-back again.",
  run(context: CommandContext<Options>) {
    const { options: { every }, terminal } = context;
    if (every === undefined) return syncOnce(context);
    const everyMs = durationOption("--every", every, LEAST_PAUSE_MS);
    return repeat(everyMs, terminal, (signal) => syncOnce(context, signal));
  },
});

async function syncOnce(
  context: CommandContext<Options>,
  signal?: AbortSignal,
): Promise<number> {
  const { demandOf } = await import("../../pipelines/sync/plan/demand.ts");
  const { runFetch } = await import("./sync_command.ts");
  return await runFetch(context, ({ syncDaysBack }) => ({
    command: "sync",
    demand: demandOf(context.options, syncDaysBack, new Date()),
    ...(signal ? { signal } : {}),
  }));
}
