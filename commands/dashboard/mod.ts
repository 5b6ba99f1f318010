import { Option } from "commander";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { defineCommand } from "../_cli/define_command.ts";
import { userIdFlag } from "../_cli/flags.ts";
import { numberOption } from "../sync/options.ts";

interface Options {
  port: string;
  host: string;
  open: boolean;
  userId?: string;
}

/** On a server; the page asks for a few things at once. */
const CONNECTIONS = 4;

/** `dashboard`: the page, until it is stopped. */
export default defineCommand<Options>({
  // It opens the database itself: only while the page is being looked at, so that a sync can work.
  database: "none",
  configuration: true,
  options: [
    new Option("--port <n>", "the port to listen on; 0 picks a free one").default("8787"),
    new Option("--host <address>", "the address to listen on").default("127.0.0.1"),
    new Option("--no-open", "do not open a browser"),
    userIdFlag("show only this wearer (default: all)"),
  ],
  async run({ options, terminal, ...context }) {
    const { shownWearer } = await import("../shown_wearer.ts");
    const { servePage } = await import("./serve_page.ts");
    const page = {
      port: numberOption("--port", options.port, 0, 65_535),
      hostname: options.host,
      open: options.open,
    };
    const settings = await context.settings();
    const pipeline = await context.pipeline();
    using interruption = interruptible(() => {});
    const db = await openToLook(settings, pipeline.schema);
    try {
      // A name that no wearer has would show an empty page for ever.
      const asked = options.userId !== undefined;
      const userId = asked ? await shownWearer(db, options.userId) ?? options.userId : undefined;
      await servePage({ db, pipeline }, { ...page, userId }, terminal, interruption.signal);
    } finally {
      await db.close();
    }
  },
});

/** Opens the database; an embedded one is lent to a sync while the page is not in use. */
async function openToLook({ connection }: Settings, schema: string): Promise<Database> {
  const { openDatabase } = await import("../../lib/db/driver/open.ts");
  const open = () => openDatabase(connection, { schema, poolSize: CONNECTIONS, create: false });
  if (connection.kind !== "embedded") return await open();
  const { LentDatabase } = await import("../../server/lent_database.ts");
  return new LentDatabase(open, schema, connection.directory);
}
