import type { Command } from "commander";
import { EXIT } from "../../lib/errors.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "../_cli/context.ts";
import type { Io } from "../_cli/terminal.ts";
import { action } from "../_cli/action.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { type PageOptions, servePage } from "./serve_page.ts";
import { userIdFlag } from "../_cli/flags.ts";
import { numberOption } from "../sync/options.ts";

interface Options extends CommonOptions {
  port: string;
  host: string;
  open: boolean;
  userId?: string;
}

/** `dashboard`: the page, until it is stopped. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .option("--port <n>", "the port to listen on; 0 takes any free one", "8787")
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--no-open", "do not open a browser")
    .addOption(userIdFlag("show only this wearer (default: all of them, the first one first)"))
    .action(action<Options>(io, (options) => dashboard(options, io)));
}

async function dashboard(options: Options, io: Io): Promise<number> {
  const page: PageOptions = {
    port: numberOption("--port", options.port, 0, 65_535),
    hostname: options.host,
    open: options.open,
    userId: options.userId,
  };
  const settings = await prepare(options, io);
  const pipeline = await readPipeline(options);
  using interruption = interruptible(() => {});
  // Nothing is made or changed: a role that may only read is enough.
  await withDatabase(settings, pipeline.schema, async (db) => {
    await servePage({ db, pipeline }, page, io, interruption.signal);
  }, { migrated: false });
  return EXIT.done;
}
