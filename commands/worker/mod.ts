import { Argument, Option } from "commander";
import { interruptible } from "../../lib/process/interruption.ts";
import { type DatabaseContext, defineCommand } from "../_cli/define_command.ts";
import { countText } from "../_cli/output.ts";
import { numberOption } from "../sync/options.ts";
import { syncEveryFlag, syncEveryOption } from "./sync_every.ts";

interface Options {
  concurrency: string;
  syncEvery: string;
}

/** Checked options. */
interface WorkerRequest {
  readonly action: "run" | "retry";
  /** Jobs at once. */
  readonly concurrency: number;
  readonly syncEveryMs: number | null;
}

/** `worker`: run jobs until it is stopped; `worker retry`: try again what was given up. */
export default defineCommand<Options, WorkerRequest>({
  database: "write",
  arguments: [
    new Argument("[action]", "run jobs, or retry what was given up").choices(["run", "retry"])
      .default("run"),
  ],
  options: [
    new Option("--concurrency <n>", "jobs at once; one more is kept for webhook events")
      .default("4"),
    syncEveryFlag(),
  ],
  json: "with `retry`: one JSON document on standard output",
  help: "Run as many workers as you like, on any number of machines. Ctrl-C ends one in order.",
  check: ({ options, args }) => ({
    action: args[0] === "retry" ? "retry" : "run",
    concurrency: numberOption("--concurrency", options.concurrency, 1, 32),
    syncEveryMs: syncEveryOption(options.syncEvery),
  }),
  run: (context) => context.request.action === "retry" ? retry(context) : work(context),
});

async function work(context: DatabaseContext<Options, WorkerRequest>): Promise<void> {
  const { settings, pipeline, db, terminal, request: { concurrency, syncEveryMs } } = context;
  const { openQueue } = await import("../../server/worker/open_queue.ts");
  const { runWorker } = await import("../../server/worker/run_worker.ts");
  const { tellUnusable } = await import("../../server/worker/live_session.ts");
  const { ChangingPipeline } = await import("../../config/changing_pipeline.ts");
  using interruption = interruptible((text) => terminal.err(text), undefined, terminal);
  const queue = await openQueue(settings, db, true);
  await runWorker({
    settings,
    pipeline,
    source: new ChangingPipeline(pipeline, tellUnusable),
    db,
    queue,
    slots: { general: concurrency, events: 1 },
    syncEveryMs,
    signal: interruption.signal,
    onRunning: () => terminal.err("The worker is running. Press Ctrl-C to stop."),
  });
}

async function retry(
  { settings, db, print }: DatabaseContext<Options, WorkerRequest>,
): Promise<void> {
  const { retryFailedJobs } = await import("./retry.ts");
  const counts = await retryFailedJobs(settings, db);
  print(
    counts,
    () =>
      counts.events + counts.jobs === 0
        ? "Nothing was given up."
        : `To be tried again: ${countText(counts.events)} events, ${
          countText(counts.jobs)
        } jobs. A worker takes them.`,
  );
}
