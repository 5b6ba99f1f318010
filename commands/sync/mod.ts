import { type Command, Option } from "commander";
import { repeat } from "./repeat.ts";
import { type FetchOptions, runFetch, withFetchOptions } from "./sync_command.ts";
import type { Io } from "../_cli/terminal.ts";
import { action } from "../_cli/action.ts";
import { demandOf, durationOption, type SpanOptions } from "./options.ts";

interface Options extends FetchOptions, SpanOptions {
  every?: string;
}

/** A run asks some 40 times: oftener than this, one wearer comes near Oura's 5,000 in 5 minutes. */
const LEAST_PAUSE_MS = 10_000;

/** `sync`: fetch what is new or missing and load it. */
export function define(command: Command, io: Io): void {
  withFetchOptions(command)
    .option("--initial", "from SYNC_DAYS_BACK days ago to today")
    .addOption(
      new Option("--all", "all data types of the configuration (the default)").conflicts("types"),
    )
    .option("--start-date <day>", "from this day (YYYY-MM-DD), fetched anew")
    .option("--end-date <day>", "to this day, included (default: today)")
    .option("--full-refresh", "fetch everything anew, whatever was fetched before")
    .addOption(
      new Option("--every <time>", "again and again, this far apart, until stopped (15m, 6h)")
        .conflicts(["json", "dryRun"]),
    )
    .addHelpText(
      "after",
      "\nWithout options: what is new or missing since last time, with the look-back.",
    )
    .action(action<Options>(io, (options) => {
      const { every } = options;
      if (every === undefined) return syncCommand(options, io);
      return repeat(
        durationOption("--every", every, LEAST_PAUSE_MS),
        io,
        (signal) => syncCommand(options, io, signal),
      );
    }));
}

function syncCommand(options: Options, io: Io, signal?: AbortSignal): Promise<number> {
  return runFetch(options, io, ({ syncDaysBack }) => ({
    command: "sync",
    demand: demandOf(options, syncDaysBack, new Date()),
    ...(signal ? { signal } : {}),
  }));
}
