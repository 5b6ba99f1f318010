/**
 * A worker as a process of its own, with what a person cannot choose: `databaseUrl environment options`.
 * It prints `ready`, answers every line of standard input with its memory, and ends with the input.
 */
import type { Settings } from "../../config/environment/settings.ts";
import type { BudgetSize } from "../../lib/db/store/budget.ts";

/** What a test chooses. */
export interface ProgramOptions {
  /** Days of the first sync. */
  readonly days: number;
  readonly syncEveryMs: number | null;
  readonly general: number;
  readonly budget?: BudgetSize;
  /** Names of data types. @default All */
  readonly types?: readonly string[];
  /** How far the clock of the process is ahead. @default 0 */
  readonly clockAheadMs?: number;
}

/** The memory of the process, in bytes. */
export interface ProgramMemory {
  readonly resident: number;
  readonly heap: number;
}

if (import.meta.main) {
  const [url, environment, text] = Deno.args;
  const options: ProgramOptions = JSON.parse(text!);
  shiftClock(options.clockAheadMs ?? 0);
  // Loaded later, so that no module has seen the right time.
  const { loadSettings } = await import("../../config/environment/settings.ts");
  await work(loadSettings({ ...JSON.parse(environment!), DATABASE_URL: url! }), options);
}

async function work(settings: Settings, options: ProgramOptions): Promise<void> {
  const { openDatabase } = await import("../../lib/db/driver/open.ts");
  const { openQueue } = await import("../../server/worker/open_queue.ts");
  const { runWorker } = await import("../../server/worker/run_worker.ts");
  const { InterruptedError } = await import("../../lib/process/interrupted_error.ts");
  const { shippedPipeline } = await import("../support/sync_world.ts");
  const { days, syncEveryMs, general, budget, types } = options;
  const shipped = shippedPipeline("oura", days);
  const db = await openDatabase(settings.connection, { schema: "oura", poolSize: 5 });
  const controller = new AbortController();
  void answerLines().then(() => controller.abort(new InterruptedError("the test")));
  await say("ready");
  await runWorker({
    settings,
    pipeline: {
      ...shipped,
      types: shipped.types.filter(({ name }) => types?.includes(name) ?? true),
    },
    db,
    queue: await openQueue(settings, db, true),
    slots: { general, events: 1 },
    syncEveryMs,
    signal: controller.signal,
    lookEveryMs: 500,
    ...(budget === undefined ? {} : { limits: { budget } }),
  });
  await db.close();
  Deno.exit(0);
}

async function answerLines(): Promise<void> {
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    for (const _line of text.matchAll(/\n/g)) {
      // Exposed by a flag; what is not collected yet is no leak.
      Reflect.get(globalThis, "gc")?.();
      const { rss: resident, heapUsed: heap } = Deno.memoryUsage();
      await say(JSON.stringify({ resident, heap } satisfies ProgramMemory));
    }
  }
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

/** Makes every clock of the process but the monotonic one wrong. */
function shiftClock(ms: number): void {
  if (ms === 0) return;
  const Right = Date;
  globalThis.Date = new Proxy(Right, {
    construct: (_, given: []) =>
      given.length === 0 ? new Right(Right.now() + ms) : new Right(...given),
    get: (from, name) => name === "now" ? () => Right.now() + ms : Reflect.get(from, name),
  });
}
