import { Argument } from "commander";
import type { Database } from "../lib/db/driver/database.ts";
import { type CommandContext, defineCommand } from "./_cli/define_command.ts";
import { textTable } from "./_cli/output.ts";

/** `migrate`: create or update the tables, or say what is missing. */
export default defineCommand({
  database: "none",
  configuration: true,
  arguments: [
    new Argument("[what]", "up: apply what is missing; status: show it only")
      .choices(["up", "status"]).default("up"),
  ],
  json: true,
  async run(context: CommandContext<object>) {
    const { args: [what = "up"], print } = context;
    const settings = await context.settings({ writes: what === "up" });
    const { schema } = await context.pipeline();
    const { withDatabase } = await import("../lib/db/migrate/with_database.ts");
    await withDatabase(
      settings.connection,
      schema,
      (db) => what === "up" ? up(db, print) : status(db, print),
      {
        migrated: false,
        create: what === "up",
      },
    );
  },
});

type Print = CommandContext<object>["print"];

async function up(db: Database, print: Print): Promise<void> {
  const { migrate } = await import("../lib/db/migrate/migrate.ts");
  const applied = await migrate(db);
  const lines = applied.map(({ version, name }) => `applied ${version} ${name}`);
  print({ applied }, applied.length === 0 ? "The tables are up to date." : lines.join("\n"));
}

async function status(db: Database, print: Print): Promise<void> {
  const { migrationStatus } = await import("../lib/db/migrate/migrate.ts");
  const found = await migrationStatus(db);
  const rows = [
    ...found.applied.map(({ version, name, appliedAt }) => [version, name, appliedAt]),
    ...found.pending.map(({ version, name }) => [version, name, "pending"]),
  ];
  print(found, () => textTable(["version", "name", "applied"], rows, ["right"]));
}
