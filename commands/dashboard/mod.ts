import { Option } from "commander";
import { interruptible } from "../../lib/process/interruption.ts";
import { type CheckContext, defineCommand } from "../_cli/define_command.ts";
import { userIdFlag } from "../_cli/flags.ts";
import { numberOption } from "../sync/options.ts";
import { type PageOptions, servePage } from "./serve_page.ts";

interface Options {
  port: string;
  host: string;
  open: boolean;
  userId?: string;
}

/** `dashboard`: the page, until it is stopped. */
export default defineCommand({
  database: "read",
  options: [
    new Option("--port <n>", "the port to listen on; 0 takes any free one").default("8787"),
    new Option("--host <address>", "the address to listen on").default("127.0.0.1"),
    new Option("--no-open", "do not open a browser"),
    userIdFlag("show only this wearer (default: all of them, the first one first)"),
  ],
  check: ({ options }: CheckContext<Options>): PageOptions => ({
    port: numberOption("--port", options.port, 0, 65_535),
    hostname: options.host,
    open: options.open,
    userId: options.userId,
  }),
  async run({ db, pipeline, request, terminal }) {
    using interruption = interruptible(() => {});
    await servePage({ db, pipeline }, request, terminal, interruption.signal);
  },
});
