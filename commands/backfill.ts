import type { Command } from "commander";
import { addDays, earlierDay, utcDay } from "../lib/days.ts";
import { UsageError } from "../lib/errors.ts";
import type { Demand } from "../pipelines/windows.ts";
import { type FetchOptions, runFetch, withFetchOptions } from "./fetch.ts";
import type { Io } from "./io.ts";
import { action } from "./action.ts";
import { dayOption } from "./sync_options.ts";

interface Options extends FetchOptions {
  from: string;
  to: string;
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
    .requiredOption("--to <day>", "the last day, included")
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

function missingDays(options: Options, now: Date): Demand {
  const from = dayOption("--from", options.from);
  // There is nothing later than the wearers who are in tomorrow already.
  const to = earlierDay(dayOption("--to", options.to), addDays(utcDay(now), 1));
  if (from > to) {
    throw new UsageError("DATES_REVERSED", `--from ${from} is after --to ${to}`, {
      hint: "The first day comes first and is not in the future; both days are included.",
    });
  }
  return { kind: "missing", span: { from, to } };
}
