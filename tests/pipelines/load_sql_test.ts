/**
 * The statements that load a table, as they are built for three tables of the shipped kind: compare
 * them with `tests/pipelines/statements/`. After a wanted change, write these files with
 * `deno test --allow-all tests/pipelines/load_sql_test.ts -- --update`.
 */
import assert from "node:assert/strict";
import { addStatement, replaceStatement } from "../../pipelines/stages/series/series_sql.ts";
import { copyStatement, upsertStatement } from "../../pipelines/stages/load_sql.ts";
import { stretchStatement } from "../../pipelines/stages/samples/digest.ts";
import { type Table, tableOf } from "../../pipelines/stages/table.ts";
import { typeFrom } from "./support.ts";

const TABLES = [
  typeFrom("sleep", ["columns: { type: type, hrv_ms: average_hrv }", "series: { sleep_hrv: hrv }"]),
  typeFrom("heart_rate", ["columns: { bpm: bpm, source: source }"]),
  typeFrom("tag", ["keep_raw: false"]),
].map(tableOf);

const copies = (table: Table) =>
  (["text", "binary"] as const).map((format) => copyStatement(table, format));

for (const table of TABLES) {
  Deno.test(`the statements that load ${table.name} are the ones on record`, async () => {
    const statements = [
      upsertStatement(table),
      ...(table.timeKeyed ? [...copies(table), stretchStatement(table)] : []),
      ...table.series.flatMap((series) => [addStatement(series), replaceStatement(series)]),
    ];
    const text = statements.map((sql) => `${sql};\n`).join("\n");
    const file = new URL(`./statements/${table.name}.sql`, import.meta.url);
    if (Deno.args.includes("--update")) await Deno.writeTextFile(file, text);
    assert.equal(text, (await Deno.readTextFile(file)).replaceAll("\r\n", "\n"));
  });
}
