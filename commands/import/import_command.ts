import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { withDatabase } from "../../lib/db/migrate/with_database.ts";
import { wearerNamed } from "../../lib/db/store/wearers.ts";
import { UsageError } from "../../lib/errors.ts";
import { wearerIdOf } from "../../lib/oura/wearer_id.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { holdProcessLock } from "../../lib/process/process_lock.ts";
import { VERSION } from "../../lib/version.ts";
import { openArchive } from "../../pipelines/import/archive.ts";
import type { Archive } from "../../pipelines/import/files.ts";
import { importArchive, type ImportReport } from "../../pipelines/import/import_archive.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { readState } from "../../pipelines/schema/database_schema.ts";
import { livePipeline } from "../../pipelines/schema/live_pipeline.ts";
import { typesOption } from "../../pipelines/sync/plan/demand.ts";
import { knownWearers } from "../../reports/known_wearers.ts";
import { withDryRunDatabase } from "../_cli/context.ts";
import type { CommandContext } from "../_cli/define_command.ts";
import { describe } from "../_cli/failure.ts";
import { countText, textTable } from "../_cli/output.ts";
import { createProgress } from "./progress.ts";

/** Options of `import`. */
export interface ImportOptions {
  userId?: string;
  types?: string;
  exportedAt?: string;
  dryRun?: boolean;
  force?: boolean;
}

/**
 * Loads an account export, and prints what came of it.
 * @returns The exit code.
 */
export async function importCommand(context: CommandContext<ImportOptions>): Promise<number> {
  const { options, args: [path = ""], print } = context;
  const settings = await context.settings();
  const declared = await context.pipeline();
  const exportedAt = instantOption(options.exportedAt);
  const types = typesOption(options.types, declared);
  await using archive = await openArchive(context.terminal.path(path));
  const request = { archive, exportedAt, types };
  const work = (db: Database) => runImport(context, settings, declared, db, request);
  const { schema } = declared;
  const report = options.dryRun
    ? await withDryRunDatabase(settings, schema, work)
    : await withDatabase(settings.connection, schema, work);
  print({ ...report, error: undefined }, () => screen(report));
  if (report.error) context.terminal.err(describe(report.error));
  return report.exitCode;
}

async function runImport(
  { options, terminal }: CommandContext<ImportOptions>,
  settings: Settings,
  declared: Pipeline,
  db: Database,
  request: {
    archive: Archive;
    exportedAt: Date | undefined;
    types: readonly string[] | undefined;
  },
): Promise<ImportReport> {
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
    if (wearerIdOf({ id: asked }) === asked) return await wearerNamed(db, asked);
    throw new UsageError("BAD_WEARER", "--user-id must be an id that can be stored", {
      hint: "Use letters and digits, such as --user-id me.",
    });
  }
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
  link: "a symbolic link, which is not followed",
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
