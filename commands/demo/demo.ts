import { basename } from "node:path";
import { isServed, type Pipeline, type PipelineType } from "../../config/model.ts";
import { loadSettings, type Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { lockDirectory } from "../../lib/db/driver/pglite/directory_lock.ts";
import { tableSizes } from "../../lib/db/store/table_sizes.ts";
import { addDays, utcDay } from "../../lib/values/days.ts";
import { UsageError } from "../../lib/errors.ts";
import { configureLogging } from "../../lib/log/log.ts";
import { signInUnattended } from "./sign_in.ts";
import { withDatabase } from "../../lib/db/migrate/with_database.ts";
import type { CommandContext } from "../_cli/define_command.ts";
import { describe } from "../_cli/failure.ts";
import { worst } from "../sync/sync_command.ts";
import { readHighlights } from "../../reports/highlights.ts";
import { highlightsText } from "./highlights.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { invocation } from "../_cli/command_names.ts";
import { canDraw, type Terminal } from "../_cli/terminal.ts";
import { countText, durationText, textTable } from "../_cli/output.ts";
import { createProgress } from "../sync/progress.ts";
import { runSync } from "../../pipelines/sync/run_sync.ts";
import { simulatedApp } from "./simulated_app.ts";
import { numberOption } from "../sync/options.ts";

/** Options of `demo`. */
export interface DemoOptions {
  days: string;
  serve?: boolean;
  port: string;
  open: boolean;
}

/** Signs in to a simulated Oura, syncs into a new embedded database, and shows what landed. */
export async function demo(
  { options, terminal, pipeline: readPipeline }: CommandContext<DemoOptions>,
): Promise<number> {
  const days = numberOption("--days", options.days, 1, 3_650);
  const port = numberOption("--port", options.port, 0, 65_535);
  const pipeline = await readPipeline();
  const { serveSimulator, demoWearer } = await import("../../simulator/mod.ts");
  const running = serveSimulator({ days, users: [demoWearer(new Date(), days)] });
  try {
    const settings = demoSettings(running.url, terminal);
    await configureLogging({
      level: terminal.errIsTerminal ? "warning" : settings.logLevel,
      format: settings.logFormat ?? (terminal.errIsTerminal ? "pretty" : "json"),
      colours: canDraw(terminal) && terminal.colours,
      write: (text) => terminal.err(text.trimEnd(), "verbatim"),
    });
    await clearDirectory(settings);
    terminal.err("Simulator started. Creating the embedded database …");
    return await withDatabase(settings.connection, pipeline.schema, async (db) => {
      terminal.err("Signing in …");
      await signInUnattended(settings, db);
      terminal.err(`Syncing ${days} days of ${served(pipeline).length} data types …`);
      const now = new Date();
      const reports = await runSync({ settings, pipeline, db }, {
        command: "demo",
        demand: { kind: "since", from: addDays(utcDay(now), -days) },
        dryRun: false,
        apply: true,
        wearers: {},
        tell: (text) => terminal.err(text),
        progress: await createProgress(terminal, settings.logFormat !== "json"),
      });
      for (const report of reports) {
        if (report.error) terminal.err(describe(report.error));
        terminal.out(await lastScreen(db, pipeline, report.userId, report.durationMs));
      }
      terminal.out(nextSteps(settings));
      if (options.serve) {
        const page = { port, hostname: "127.0.0.1", open: options.open };
        using interruption = interruptible(() => {});
        const { servePage } = await import("../dashboard/serve_page.ts");
        await servePage({ db, pipeline }, page, terminal, interruption.signal);
      }
      return worst(reports);
    });
  } finally {
    await running.close();
  }
}

/** The data types of the API: the others come with an account export. */
function served({ types }: Pipeline): readonly PipelineType[] {
  return types.filter(isServed);
}

/** The demo's own settings: nothing of the person's `.env` is touched, nor their database. */
function demoSettings(simulatorUrl: string, terminal: Terminal): Settings {
  const directory = terminal.env("OURA_DATA_DIR")?.trim() || "./data";
  return loadSettings({
    ...simulatedApp(simulatorUrl),
    OURA_DATA_DIR: terminal.path(`${directory.replace(/\/+$/, "")}/demo`),
    LOG_LEVEL: terminal.env("LOG_LEVEL"),
    LOG_FORMAT: terminal.env("LOG_FORMAT"),
  });
}

/** Removes a previous demo, and nothing else. */
async function clearDirectory({ dataDirectory, connection }: Settings): Promise<void> {
  if (connection.kind !== "embedded") throw new TypeError("the demo's database is embedded");
  const names = await fileNames(dataDirectory);
  if (names.length > 0 && !names.includes(basename(connection.directory))) {
    throw new UsageError(
      "DEMO_DIRECTORY",
      `${dataDirectory} is not a demo directory: it contains "${names[0]}"`,
      {
        hint: "Move it away, or set OURA_DATA_DIR to another directory.",
      },
    );
  }
  // Another demo may be running there; it would lose its database.
  const lock = await lockDirectory(connection.directory);
  await lock.release();
  await Deno.remove(dataDirectory, { recursive: true });
}

async function fileNames(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function lastScreen(
  db: Database,
  pipeline: Pipeline,
  userId: string,
  durationMs: number,
): Promise<string> {
  const series = served(pipeline).flatMap((type) => type.series.map(({ name }) => name));
  const sizes = await tableSizes(db, userId, served(pipeline).map(({ table }) => table));
  const rows = sizes.map(({ table, rows }) => [table, countText(rows)]);
  const total = sizes.reduce((sum, { rows }) => sum + rows, 0);
  return [
    textTable(["table", "rows"], rows, ["left", "right"]),
    "",
    `${countText(total)} rows in ${rows.length} tables after ${durationText(durationMs)}` +
    (series.length > 0 ? `, and the series ${series.join(", ")}.` : "."),
    "",
    highlightsText(await readHighlights(db, userId)),
  ].join("\n");
}

function nextSteps(settings: Settings): string {
  const program = invocation();
  const here = `OURA_DATA_DIR=${settings.dataDirectory} ${program}`;
  return `
Next steps
  see it:           ${here} dashboard
  query it:         ${here} query "select day, score from oura.daily_sleep order by 1"
  add a column:     edit config/oura.yaml, then  ${here} plan  and  … apply
  your own ring:    ${program} init`;
}
