import { Argument, Option } from "commander";
import { DatabaseError, UsageError } from "../lib/errors.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { readQuery, readQueryInBatches } from "../lib/db/driver/read_query.ts";
import { type CommandContext, defineCommand } from "./_cli/define_command.ts";
import type { Terminal } from "./_cli/terminal.ts";
import { csvLines, csvText, jsonText, printTable } from "./_cli/output.ts";

interface Options {
  format: "table" | "csv" | "json";
  json?: boolean;
  csv?: boolean;
}

/** `query SQL`: one query, which cannot change anything. */
export default defineCommand({
  database: "none",
  configuration: true,
  arguments: [new Argument("<sql>", "one query; it runs in a read-only transaction")],
  options: [
    new Option("--format <format>", "the output format").choices(["table", "csv", "json"])
      .default("table"),
    new Option("--json", "the same as --format json").conflicts("csv"),
    new Option("--csv", "the same as --format csv"),
  ],
  help: "Example: oura-sync query 'select day, score from oura.daily_sleep'",
  async run(context: CommandContext<Options>) {
    const { options, terminal, args: [sql = ""] } = context;
    const settings = await context.settings();
    const { schema } = await context.pipeline();
    const { withDatabase } = await import("../lib/db/migrate/with_database.ts");
    await withDatabase(settings.connection, schema, async (db) => {
      const format = options.json ? "json" : options.csv ? "csv" : options.format;
      if (format === "csv") {
        await printCsv(db, sql, terminal).catch(explainReadOnly);
        return;
      }
      const { rows, columns: head } = await readQuery(db, sql).catch(explainReadOnly);
      refuseTwins(head);
      const cells = rows.map((row) => head.map((name) => row[name]));
      if (format === "json") terminal.out(jsonText(rows));
      else if (rows.length === 0) terminal.out("(no rows)");
      else printTable(terminal, { head, rows: cells, forAll: "--format csv or --json" });
    }, { migrated: false });
  },
});

/** Prints a batch as soon as the next one is there: the end of a line depends on what follows. */
async function printCsv(db: Database, sql: string, terminal: Terminal): Promise<void> {
  let ready: string | null = null;
  await readQueryInBatches(db, sql, ({ rows, columns }) => {
    const cells = rows.map((row) => columns.map((name) => row[name]));
    // The printed line feed completes the CRLF between two batches.
    if (ready === null) refuseTwins(columns);
    else terminal.out(`${ready}\r`, "verbatim");
    ready = ready === null ? csvText(columns, cells) : csvLines(cells);
  });
  if (ready !== null) terminal.out(ready, "verbatim");
}

/** The usual hint, to look for the primary server, would lead astray: it is `query` that refuses. */
function explainReadOnly(error: unknown): never {
  if (!(error instanceof DatabaseError) || error.code !== "DATABASE_READ_ONLY") throw error;
  throw new DatabaseError("DATABASE_READ_ONLY", error.message, {
    hint: "`query` only reads data. To change data, use psql or another client.",
    cause: error,
  });
}

/** Rows are kept by column name: of two columns of one name, one would be lost without a word. */
function refuseTwins(columns: readonly string[]): void {
  const twin = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twin === undefined) return;
  throw new UsageError("DUPLICATE_COLUMNS", `two columns of the result are called "${twin}"`, {
    hint: "Give one of them another name: select count(*) as documents, …",
  });
}
