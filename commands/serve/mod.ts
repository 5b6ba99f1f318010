import { Option } from "commander";
import { UsageError } from "../../lib/errors.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { defineCommand } from "../_cli/define_command.ts";
import { numberOption } from "../sync/options.ts";

interface Options {
  port: string;
  host: string;
  url?: string;
}

interface Request {
  readonly port: number;
  readonly clientSecret: string;
  readonly publicUrl: string | null;
}

/** `serve`: receives Oura's webhooks until it is stopped. */
export default defineCommand<Options, Request>({
  database: "write",
  options: [
    new Option("--port <n>", "the port to listen on; 0 means any free one").default("8788"),
    new Option("--host <address>", "the address to listen on").default("127.0.0.1"),
    new Option("--url <url>", "the https address at which Oura reaches this receiver"),
  ],
  check({ options, settings }) {
    const port = numberOption("--port", options.port, 0, 65_535);
    if (settings.clientSecret === null) {
      throw new UsageError("WEBHOOK_SECRET_MISSING", "OURA_CLIENT_SECRET is not set", {
        hint: "Set it in .env: Oura signs its calls with it.",
      });
    }
    return { port, clientSecret: settings.clientSecret, publicUrl: publicUrl(options.url) };
  },
  async run({ db, pipeline, settings, options, request, terminal }) {
    const { checkJobServer } = await import("../../lib/db/driver/postgres/server_check.ts");
    const { enqueueNothing, serveWebhooks } = await import("./serve_webhooks.ts");
    await checkJobServer(db);
    using interruption = interruptible(terminal.err, undefined, terminal);
    const receiver = {
      db,
      pipeline,
      clientSecret: request.clientSecret,
      publicUrl: request.publicUrl,
      webhookToken: settings.webhookToken,
      metricsToken: settings.metricsToken,
      moreTypes: pipeline.types.filter(({ known }) => !known).map(({ name }) => name),
      enqueue: enqueueNothing,
    };
    const where = { port: request.port, hostname: options.host };
    await serveWebhooks(receiver, where, terminal, interruption.signal);
  },
});

/** @throws {UsageError} When it is no https address, which Oura asks for. */
function publicUrl(given: string | undefined): string | null {
  if (given === undefined) return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  const isPlain = url?.search === "" && url.hash === "" && url.username === "";
  if (url?.protocol === "https:" && isPlain) return url.href.replace(/\/+$/, "");
  throw new UsageError(
    "BAD_WEBHOOK_URL",
    "--url is not an https address without query and fragment",
    {
      hint: "Write it as Oura reaches this receiver, such as https://oura.example.org.",
    },
  );
}
