import { Argument, type Command } from "commander";
import { EXIT } from "../lib/errors.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "./_cli/context.ts";
import type { Io } from "./_cli/terminal.ts";
import { jsonText, textTable } from "./_cli/output.ts";
import { action } from "./_cli/action.ts";

interface Options extends CommonOptions {
  json?: boolean;
}

/** `migrate`: create or update the tables, or say what is missing. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .addArgument(
      new Argument("[what]", "up: apply what is missing; status: only say").choices([
        "up",
        "status",
      ])
        .default("up"),
    )
    .option("--json", "one JSON document on standard output")
    .action(action<Options>(io, async (options, what = "up") => {
      const settings = await prepare(options, io);
      const { schema } = await readPipeline(options);
      await withDatabase(settings, schema, async (db) => {
        const { migrate, migrationStatus } = await import("../lib/db/migrate/migrate.ts");
        if (what === "up") {
          const applied = await migrate(db);
          if (options.json) io.out(jsonText({ applied }));
          else if (applied.length === 0) io.out("The tables are up to date.");
          else for (const { version, name } of applied) io.out(`applied ${version} ${name}`);
          return;
        }
        const status = await migrationStatus(db);
        if (options.json) return io.out(jsonText(status));
        const rows = [
          ...status.applied.map(({ version, name, appliedAt }) => [version, name, appliedAt]),
          ...status.pending.map(({ version, name }) => [version, name, "pending"]),
        ];
        io.out(textTable(["version", "name", "applied"], rows, ["right"]));
      }, { migrated: false, create: what === "up" });
      return EXIT.done;
    }));
}
