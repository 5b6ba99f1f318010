import { type Command, Option } from "commander";
import { type FetchOptions, runFetch, withFetchOptions } from "./fetch.ts";
import type { Io } from "./io.ts";
import { action } from "./program.ts";
import { demandOf, type SpanOptions } from "./sync_options.ts";

interface Options extends FetchOptions, SpanOptions {}

/** `sync`: fetch what is owed and load it. */
export function define(command: Command, io: Io): void {
  withFetchOptions(command)
    .option("--initial", "from SYNC_DAYS_BACK days ago to today")
    .addOption(
      new Option("--all", "all data types of the configuration (the default)").conflicts("types"),
    )
    .option("--start-date <day>", "from this day (YYYY-MM-DD), fetched anew")
    .option("--end-date <day>", "to this day, included (default: today)")
    .option("--full-refresh", "fetch everything anew, whatever was fetched before")
    .addHelpText("after", "\nWithout options: what is owed since last time, with the look-back.")
    .action(
      action<Options>(io, (options) =>
        runFetch(options, io, ({ syncDaysBack }) => ({
          command: "sync",
          demand: demandOf(options, syncDaysBack, new Date()),
        }))),
    );
}
