import type { Command } from "commander";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { EXIT } from "../../lib/errors.ts";
import { type CommonOptions, prepare, readPipeline, withCommonOptions } from "../_cli/context.ts";
import type { Io } from "../_cli/terminal.ts";
import { action } from "../_cli/action.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { type PageOptions, servePage } from "./serve_page.ts";
import { userIdFlag } from "../_cli/flags.ts";
import { shownWearer } from "../shown_wearer.ts";
import { numberOption } from "../sync/options.ts";

interface Options extends CommonOptions {
  port: string;
  host: string;
  open: boolean;
  userId?: string;
}

/** On a server; the page asks for a few things at once. */
const CONNECTIONS = 4;

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
  const db = await openToLook(settings, pipeline.schema);
  try {
    // A name that no wearer has would show an empty page for ever.
    if (options.userId !== undefined) await shownWearer(db, options.userId);
    await servePage({ db, pipeline }, page, io, interruption.signal);
  } finally {
    await db.close();
  }
  return EXIT.done;
}

/** The database, in whose embedded kind a sync may work while no one looks at the page. */
async function openToLook({ connection }: Settings, schema: string): Promise<Database> {
  const { openDatabase } = await import("../../lib/db/driver/open.ts");
  const open = () => openDatabase(connection, { schema, poolSize: CONNECTIONS });
  if (connection.kind !== "embedded") return await open();
  const { LentDatabase } = await import("../../server/lent_database.ts");
  return new LentDatabase(open, schema, connection.directory);
}
