import { Option } from "commander";
import type { Hono } from "hono";
import { UsageError } from "../../lib/errors.ts";
import type { Transaction } from "../../lib/db/driver/database.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { type DatabaseContext, defineCommand } from "../_cli/define_command.ts";
import type { WearerQueue } from "../../server/worker/queue.ts";
import { publicUrlFlag, publicUrlOption } from "../public_url.ts";
import { numberOption } from "../sync/options.ts";
import { syncEveryFlag, syncEveryOption } from "../worker/sync_every.ts";

interface Options {
  port: string;
  host: string;
  url?: string;
  syncEvery: string;
}

interface Request {
  readonly port: number;
  readonly clientSecret: string;
  /** The address of sign-in links; null for that of webhooks. */
  readonly joinUrl: string | null;
  readonly syncEveryMs: number | null;
}

/** `serve`: receives Oura's webhooks until it is stopped. */
export default defineCommand<Options, Request>({
  database: "write",
  options: [
    new Option("--port <n>", "the port to listen on; 0 means any free one").default("8788"),
    new Option("--host <address>", "the address to listen on").default("127.0.0.1"),
    publicUrlFlag(),
    syncEveryFlag(),
  ],
  help: "With the embedded database it also runs the jobs; on a server, start `worker` for that.",
  check({ options, settings }) {
    const port = numberOption("--port", options.port, 0, 65_535);
    if (settings.clientSecret === null) {
      throw new UsageError("WEBHOOK_SECRET_MISSING", "OURA_CLIENT_SECRET is not set", {
        hint: "Set it in .env: Oura signs its calls with it.",
      });
    }
    return {
      port,
      clientSecret: settings.clientSecret,
      joinUrl: options.url === undefined ? null : publicUrlOption(options.url),
      syncEveryMs: syncEveryOption(options.syncEvery),
    };
  },
  async run(context) {
    const { db, pipeline, settings, options, request, terminal } = context;
    const { openQueue } = await import("../../server/worker/open_queue.ts");
    const { serveWebhooks } = await import("./serve_webhooks.ts");
    using interruption = interruptible(terminal.err, undefined, terminal);
    const { signal } = interruption;
    // The embedded database belongs to one process, so this one runs the jobs.
    const runsJobs = db.kind === "pglite";
    await using queue = await openQueue(settings, db, runsJobs);
    const publicUrl = pipeline.webhooks?.url ?? null;
    const receiver = {
      db,
      pipeline,
      clientSecret: request.clientSecret,
      publicUrl,
      join: await joinRoutes(context, request.joinUrl ?? publicUrl),
      webhookToken: settings.webhookToken,
      metricsToken: settings.metricsToken,
      moreTypes: pipeline.types.filter(({ known }) => !known).map(({ name }) => name),
      enqueue: (tx: Transaction, userIds: readonly string[]) => queue.ask(tx, userIds, "events"),
    };
    const where = { port: request.port, hostname: options.host };
    await Promise.all([
      serveWebhooks(receiver, where, terminal, signal),
      runsJobs ? runJobs(context, queue, signal) : null,
    ]);
  },
});

/** The sign-in links of participants; none without an address, an app, or a key for tokens. */
async function joinRoutes(
  { db, settings, pipeline: { types } }: DatabaseContext<Options, Request>,
  publicUrl: string | null,
): Promise<Hono | null> {
  const hasKey = db.kind === "pglite" || settings.tokenKey !== null;
  if (publicUrl === null || settings.clientId === null || !hasKey) return null;
  const { join } = await import("../../server/join/join.ts");
  return await join({ db, settings, publicUrl, types });
}

/** Runs the jobs in this process. */
async function runJobs(
  { settings, pipeline, db, request, terminal }: DatabaseContext<Options, Request>,
  queue: WearerQueue,
  signal: AbortSignal,
): Promise<void> {
  const { runWorker } = await import("../../server/worker/run_worker.ts");
  const { tellUnusable } = await import("../../server/worker/live_session.ts");
  const { ChangingPipeline } = await import("../../config/changing_pipeline.ts");
  const { syncEveryMs } = request;
  const slots = { general: 1, events: 1 };
  const onRunning = () => terminal.err("The jobs of the events run here, too.");
  const source = new ChangingPipeline(pipeline, tellUnusable);
  await runWorker({ settings, pipeline, source, db, queue, slots, syncEveryMs, signal, onRunning });
}
