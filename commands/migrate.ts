import { Argument, Option } from "commander";
import type { Placement } from "../lib/db/citus/placement.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { UsageError } from "../lib/errors.ts";
import { type CommandContext, defineCommand } from "./_cli/define_command.ts";
import { textTable } from "./_cli/output.ts";
import { command } from "../lib/program_command.ts";

interface Options {
  citus?: boolean;
  dryRun?: boolean;
}

/** `migrate`: create or update the tables, distribute them, or say what is missing. */
export default defineCommand({
  database: "none",
  configuration: true,
  arguments: [
    new Argument("[what]", "up: apply pending migrations; status: only list them")
      .choices(["up", "status"]).default("up"),
  ],
  options: [
    new Option("--citus", "also distribute the tables over a Citus cluster, by wearer"),
    new Option("--dry-run", "with --citus: print the SQL without running it"),
  ],
  json: true,
  async run(context: CommandContext<Options>) {
    const { args: [what = "up"], options } = context;
    checkOptions(what, options);
    const writes = what === "up" && options.dryRun !== true;
    const settings = await context.settings({ writes });
    const { schema } = await context.pipeline();
    if (options.dryRun) {
      const { withDryRunDatabase } = await import("./_cli/context.ts");
      return await withDryRunDatabase(settings, schema, (db) => printSql(db, context));
    }
    const { withDatabase } = await import("../lib/db/migrate/with_database.ts");
    const run = what === "status" ? status : options.citus ? upAndDistribute : up;
    await withDatabase(settings.connection, schema, (db) => run(db, context), {
      migrated: false,
      create: what === "up",
    });
  },
});

type Context = Pick<CommandContext<Options>, "print" | "terminal">;

/** @throws {UsageError} When options do not go together. */
function checkOptions(what: string, { citus, dryRun }: Options): void {
  if (dryRun && !citus) {
    throw new UsageError("OPTION_MISSING", "--dry-run needs --citus", {
      hint: `To list pending migrations, run ${command("migrate status")}.`,
    });
  }
  if (citus && what === "status") {
    throw new UsageError("OPTION_CONFLICT", "migrate status takes no --citus", {
      hint: `To see what is not distributed, run ${command("migrate --citus --dry-run")}.`,
    });
  }
}

async function up(db: Database, { print }: Context): Promise<void> {
  const { migrate } = await import("../lib/db/migrate/migrate.ts");
  const applied = await migrate(db);
  const lines = applied.map(({ version, name }) => `applied ${version} ${name}`);
  print({ applied }, applied.length === 0 ? "The tables are up to date." : lines.join("\n"));
}

async function upAndDistribute(db: Database, { print, terminal }: Context): Promise<void> {
  const { requireCitus } = await import("../lib/db/citus/placement.ts");
  const { distributeTables } = await import("../lib/db/citus/distribute.ts");
  const { migrate } = await import("../lib/db/migrate/migrate.ts");
  await requireCitus(db);
  const applied = await migrate(db);
  for (const { version, name } of applied) terminal.err(`applied ${version} ${name}`);
  const placements = await distributeTables(db, {
    onTable: ({ table, localBytes }) =>
      terminal.err(`${table}: ${localBytes === 0 ? "no rows" : megabytes(localBytes)} to move`),
  });
  const rows = placements.map((placement) => [placement.table, outcomeOf(placement)]);
  print(
    { applied, tables: placements.map(placementJson) },
    () => textTable(["table", "placement"], rows),
  );
}

/** What became of a table, in words. */
function outcomeOf({ now, localBecause, sql }: Placement): string {
  if (localBecause !== null) return `local: ${localBecause}`;
  if (now === "local") return "distributed by user_id now";
  return sql.length === 0
    ? "distributed by user_id before"
    : "distributed by user_id before; local copy removed now";
}

function placementJson({ table, localBecause, sql }: Placement) {
  const placement = localBecause === null ? "distributed" : "local";
  return { table, placement, localBecause, sql };
}

async function printSql(db: Database, { print }: Context): Promise<void> {
  const { readPlacements, requireCitus } = await import("../lib/db/citus/placement.ts");
  await requireCitus(db);
  const placements = await readPlacements(db);
  print(
    { applied: [], tables: placements.map(placementJson) },
    () => placements.map(sqlOf).join("\n"),
  );
}

/** The statements of a table; a comment where there are none. */
function sqlOf({ table, localBecause, sql }: Placement): string {
  if (localBecause !== null) return `-- ${table} stays local: ${localBecause}.`;
  return sql.length === 0
    ? `-- ${table} is distributed.`
    : sql.map((statement) => `${statement};`).join("\n");
}

async function status(db: Database, { print }: Context): Promise<void> {
  const { migrationStatus } = await import("../lib/db/migrate/migrate.ts");
  const found = await migrationStatus(db);
  const rows = [
    ...found.applied.map(({ version, name, appliedAt }) => [version, name, appliedAt]),
    ...found.pending.map(({ version, name }) => [version, name, "pending"]),
  ];
  print(found, () => textTable(["version", "name", "applied"], rows, ["right"]));
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000).toLocaleString("en-US")} MB`;
}
