import { Argument, Option } from "commander";
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { UsageError } from "../../lib/errors.ts";
import { VERSION } from "../../lib/version.ts";
import type { ImportReport } from "../../pipelines/import/import_archive.ts";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import { typesFlag, userIdFlag } from "../_cli/flags.ts";
import { countText, textTable } from "../_cli/output.ts";

interface Options {
  userId?: string;
  types?: string;
  exportedAt?: string;
  dryRun?: boolean;
  force?: boolean;
}

/** `import`: the account export into the same tables that `sync` fills. */
export default defineCommand<Options>({
  database: "none",
  configuration: true,
  arguments: [new Argument("<path>", "the ZIP file of Oura's data export, or its folder")],
  options: [
    userIdFlag("whose data it is (default: the only wearer in the database)"),
    typesFlag(),
    new Option(
      "--exported-at <instant>",
      "when the export was made (default: the time of its newest sample)",
    ),
    new Option("--dry-run", "show what would change; write nothing"),
    new Option("--force", "import even if the export seems to be another person's"),
  ],
  json: true,
  help: "Example: oura-sync import data.zip --user-id me",
  run: importCommand,
});

async function importCommand(context: CommandContext<Options>): Promise<number> {
  const { options, args: [path = ""], print } = context;
  const settings = await context.settings();
  const declared = await context.pipeline();
  const exportedAt = instantOption(options.exportedAt);
  const { typesOption } = await import("../../pipelines/sync/plan/demand.ts");
  const types = typesOption(options.types, declared);
  const { openArchive } = await import("../../pipelines/import/archive.ts");
  await using archive = await openArchive(context.terminal.path(path));
  const { withDryRunDatabase } = await import("../_cli/context.ts");
  const { withDatabase } = await import("../../lib/db/migrate/with_database.ts");
  const request = { archive, exportedAt, types };
  const work = (db: Database) => runImport(context, settings, declared, db, request);
  const { schema } = declared;
  const report = options.dryRun
    ? await withDryRunDatabase(settings, schema, work)
    : await withDatabase(settings.connection, schema, work);
  print({ ...report, error: undefined }, () => screen(report));
  if (report.error) {
    const { describe } = await import("../_cli/failure.ts");
    context.terminal.err(describe(report.error));
  }
  return report.exitCode;
}

async function runImport(
  { options, terminal }: CommandContext<Options>,
  settings: Settings,
  declared: Pipeline,
  db: Database,
  request: {
    archive: Awaited<ReturnType<typeof import("../../pipelines/import/archive.ts")["openArchive"]>>;
    exportedAt: Date | undefined;
    types: readonly string[] | undefined;
  },
): Promise<ImportReport> {
  const { holdProcessLock } = await import("../../lib/process/process_lock.ts");
  const { interruptible } = await import("../../lib/process/interruption.ts");
  const { applyAdditive } = await import("../../pipelines/schema/apply/apply.ts");
  const { livePipeline } = await import("../../pipelines/schema/live_pipeline.ts");
  const { readState } = await import("../../pipelines/schema/database_schema.ts");
  const { importArchive } = await import("../../pipelines/import/import_archive.ts");
  const { createProgress } = await import("./progress.ts");
  const dryRun = options.dryRun === true;
  using interruption = interruptible((text) => terminal.err(text));
  const { signal } = interruption;
  await using life = await holdProcessLock(settings.dataDirectory);
  const { lease } = life;
  const userId = await chooseUser(db, options.userId);
  const live = dryRun
    ? livePipeline(declared, await readState(db))
    : (await applyAdditive(db, declared, { ...lease, signal })).pipeline;
  const tables = new Set(live.types.map(({ table }) => table));
  const progress = await createProgress(terminal, settings.logFormat !== "json");
  try {
    return await importArchive({
      db,
      pipeline: dryRun ? declared : live,
      tables,
      ...request,
      userId,
      dryRun,
      force: options.force === true,
      version: VERSION,
      lease,
      signal,
      onScanned: progress.start,
      onRows: progress.add,
    });
  } finally {
    progress.stop();
  }
}

/** The wearer asked for, who need not be known yet; else the only known one. */
async function chooseUser(db: Database, asked: string | undefined): Promise<string> {
  if (asked !== undefined) {
    const { wearerIdOf } = await import("../../lib/oura/wearer_id.ts");
    const { wearerNamed } = await import("../../lib/db/store/wearers.ts");
    if (wearerIdOf({ id: asked }) === asked) return await wearerNamed(db, asked);
    throw new UsageError("BAD_WEARER", "--user-id is no id that can be stored", {
      hint: "Use letters and digits, such as --user-id me.",
    });
  }
  const { knownWearers } = await import("../../reports/known_wearers.ts");
  const known = await knownWearers(db);
  if (known.length === 1) return known[0]!.userId;
  const names = known.map(({ userId }) => userId).join(", ");
  throw new UsageError(
    "OPTION_MISSING",
    known.length === 0
      ? "the archive does not say whose it is, and the database has no wearer yet"
      : `the archive does not say whose it is, and the database has several wearers: ${names}`,
    { hint: "Name the wearer: --user-id ID. Without a sign-in any name will do: --user-id me." },
  );
}

function instantOption(value: string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const instant = new Date(value);
  if (Number.isNaN(instant.getTime())) {
    throw new UsageError("BAD_DATE", `--exported-at ${value} is not an ISO 8601 instant`);
  }
  // It would win over everything that is read until then.
  if (instant.getTime() <= Date.now()) return instant;
  throw new UsageError("BAD_DATE", `--exported-at ${value} is in the future`);
}

const REASONS = {
  sensitive: "sensitive",
  never: "never read",
  unknown: "not known",
  "unknown header": "its columns are not known",
  "not asked for": "not asked for",
} as const;

function screen(report: ImportReport): string {
  const head = ["data type", "", "inserted", "updated", "unchanged", "kept", "rejected"];
  const rows = report.types.map((type) => [
    type.dataType,
    type.state === "done" ? "" : type.state,
    ...[type.inserted, type.updated, type.unchanged, type.kept, type.rejected].map(countText),
  ]);
  const [left, right] = ["left", "right"] as const;
  const exported = report.exportedAt?.toISOString() ?? "unknown";
  const differ = report.types.reduce((sum, { idsDiffer }) => sum + idsDiffer, 0);
  const parts = [
    `wearer ${report.userId}, exported ${exported}${report.dryRun ? " (nothing is written)" : ""}`,
    textTable(head, rows, [left, left, right, right, right, right, right]),
  ];
  if (differ > 0) parts.push(`${countText(differ)} documents were found under another id`);
  if (report.ignored.length > 0) {
    const files = report.ignored.map(({ path, reason, dataType, rows }) => [
      path,
      reason === "sensitive" ? `sensitive: only with --types ${dataType}` : REASONS[reason],
      rows === null ? "" : countText(rows),
    ]);
    parts.push(textTable(["file", "", "rows"], files, [left, left, right]));
  }
  return parts.join("\n\n");
}
