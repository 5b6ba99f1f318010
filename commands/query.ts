import { Argument, type Command, Option } from "commander";
import { DatabaseError, EXIT, UsageError } from "../lib/errors.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { readQuery, readQueryInBatches } from "../lib/db/driver/read_query.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
} from "./_cli/context.ts";
import type { Io } from "./_cli/terminal.ts";
import { csvLines, csvText, jsonText, printTable } from "./_cli/output.ts";
import { action } from "./_cli/action.ts";

interface Options extends CommonOptions {
  format: "table" | "csv" | "json";
  json?: boolean;
  csv?: boolean;
}

/** `query SQL`: one query, which cannot change anything. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .addArgument(new Argument("<sql>", "one query; it cannot change anything"))
    .addOption(
      new Option("--format <format>", "how the rows are printed").choices(["table", "csv", "json"])
        .default("table"),
    )
    .addOption(new Option("--json", "the same as --format json").conflicts("csv"))
    .option("--csv", "the same as --format csv")
    .addHelpText("after", "\nExample: oura-sync query 'select day, score from oura.daily_sleep'")
    .action(action<Options>(io, async (options, sql = "") => {
      const settings = await prepare(options, io);
      const { schema } = await readPipeline(options);
      await withDatabase(settings, schema, async (db) => {
        const format = options.json ? "json" : options.csv ? "csv" : options.format;
        if (format === "csv") {
          await printCsv(db, sql, io).catch(explainReadOnly);
          return;
        }
        const { rows, columns: head } = await readQuery(db, sql).catch(explainReadOnly);
        refuseTwins(head);
        const cells = rows.map((row) => head.map((name) => row[name]));
        if (format === "json") io.out(jsonText(rows));
        else if (rows.length === 0) io.out("(no rows)");
        else printTable(io, { head, rows: cells, forAll: "--format csv or --json" });
      }, { migrated: false });
      return EXIT.done;
    }));
}

/** Prints a batch as soon as the next one is there: the end of a line depends on what follows. */
async function printCsv(db: Database, sql: string, io: Io): Promise<void> {
  let ready: string | null = null;
  await readQueryInBatches(db, sql, ({ rows, columns }) => {
    const cells = rows.map((row) => columns.map((name) => row[name]));
    // The printed line feed completes the CRLF between two batches.
    if (ready === null) refuseTwins(columns);
    else io.out(`${ready}\r`, "verbatim");
    ready = ready === null ? csvText(columns, cells) : csvLines(cells);
  });
  if (ready !== null) io.out(ready, "verbatim");
}

/** The usual hint, to look for the primary server, would lead astray: it is `query` that refuses. */
function explainReadOnly(error: unknown): never {
  if (!(error instanceof DatabaseError) || error.code !== "DATABASE_READ_ONLY") throw error;
  throw new DatabaseError("DATABASE_READ_ONLY", error.message, {
    hint: "`query` only reads. To change something, use psql or another client.",
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
