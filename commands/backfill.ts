import type { Command } from "commander";
import type { Demand } from "../pipelines/sync/windows.ts";
import { type FetchOptions, runFetch, withFetchOptions } from "./sync/sync_command.ts";
import type { Io } from "./_cli/terminal.ts";
import { action } from "./_cli/action.ts";
import { newestDay, spanOption } from "./sync/options.ts";

interface Options extends FetchOptions {
  from: string;
  to?: string;
}

/**
 * Oura allows an app 5,000 requests in five minutes; a backfill of years leaves some of them to the
 * cron job beside it. Source: https://cloud.ouraring.com/docs/error-handling, rate limits.
 */
const BUDGET = { requests: 4_000, perMs: 300_000 };

/** `backfill`: fill any span, newest first; stopped anywhere, it goes on from there. */
export function define(command: Command, io: Io): void {
  withFetchOptions(command)
    .requiredOption("--from <day>", "the first day (YYYY-MM-DD)")
    .option("--to <day>", "the last day, included (default: today)")
    .addHelpText("after", "\nOnly days not fetched yet are asked for: run it again to go on.")
    .action(
      action<Options>(io, (options) =>
        runFetch(options, io, () => ({
          command: "backfill",
          demand: missingDays(options, new Date()),
          budget: BUDGET,
        }))),
    );
}

function missingDays({ from, to }: Options, now: Date): Demand {
  const given = spanOption(["--from", from], ["--to", to], now);
  return { kind: "missing", span: { from, to: newestDay(now), ...given } };
}
