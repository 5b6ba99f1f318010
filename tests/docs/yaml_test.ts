import assert from "node:assert/strict";
import { COLUMN_TYPES } from "../../lib/values/column_type.ts";
import { parsePipeline } from "../../config/pipeline.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { DEFAULTS } from "../../tools/docs/grammar.ts";
import { pages } from "../../tools/docs/pages.ts";
import { withPostgres } from "../support/server_database.ts";
import { fences } from "./markdown.ts";

const EXAMPLES = (await pages()).flatMap(({ path, text }) => fences(path, text))
  .filter(({ language }) => language === "yaml");

for (const { path, line, text } of EXAMPLES) {
  Deno.test({
    name: `the YAML at ${path}:${line} is valid and becomes tables`,
    sanitizeOps: true,
    sanitizeResources: true,
    async fn() {
      const pipeline = parse(completed(text), path);
      await withPostgres(pipeline.schema, async (db) => {
        await migrate(db);
        await applyAdditive(db, pipeline, { holder: crypto.randomUUID() });
        const { rows } = await db.query<{ made: string }>(
          `SELECT table_name || '.' || column_name AS made FROM information_schema.columns
          WHERE table_schema = $1`,
          [pipeline.schema],
        );
        const made = new Set(rows.map((row) => row.made));
        const declared = pipeline.types.flatMap(({ table, columns, series }) => [
          ...columns.map(({ name }) => `${table}.${name}`),
          ...series.map(({ name }) => `${name}.value`),
        ]);
        assert.deepEqual(declared.filter((name) => !made.has(name)), []);
      });
    },
  });
}

/** A part of the file, such as one data type, put where it belongs. */
function completed(text: string): string {
  if (/^version:/m.test(text)) return text;
  if (/^data_types:/m.test(text)) return `version: 1\n${text}`;
  return `version: 1\ndata_types:\n${text.replaceAll(/^/gm, "  ")}`;
}

Deno.test("the defaults in the documentation are those of the validator", () => {
  const bare = parse("version: 1\ndata_types: { sleep: {} }");
  const written = Object.entries(DEFAULTS).map(([key, value]) => {
    const [section, ...keys] = key.split(".");
    return `${section}: ${keys.reduceRight((inner, name) => `{ ${name}: ${inner} }`, value)}`;
  });
  for (const line of written) {
    const { checksum: _, ...spelled } = parse(`version: 1\n${line}\ndata_types: { sleep: {} }`);
    const { checksum: __, ...silent } = bare;
    assert.deepEqual(spelled, silent, line);
  }
});

Deno.test("docs/configuration.md names every column type", async () => {
  const page = await Deno.readTextFile("docs/configuration.md");
  const listed = /Column types: (.*)\./.exec(page)![1]!.replaceAll("`", "").split(", ");
  assert.deepEqual(listed, [...COLUMN_TYPES]);
});

function parse(text: string, file = "oura.yaml") {
  const { pipeline, problems } = parsePipeline(text, file);
  assert.deepEqual(problems ?? [], []);
  return pipeline!;
}
