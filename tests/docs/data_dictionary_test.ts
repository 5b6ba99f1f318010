import assert from "node:assert/strict";
import { BUILT_IN_COLUMNS } from "../../config/names.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { shippedPipeline } from "../../tools/docs/shipped.ts";
import { withPostgres } from "../support/server_database.ts";

const PAGE = await Deno.readTextFile("docs/data-dictionary.md");

/** The part of the page about a data type. */
function sectionOf(name: string): string {
  const part = PAGE.split(/^(?=### )/m).find((each) => each.startsWith(`### ${name}\n`));
  assert.ok(part, `no section about ${name}`);
  return part;
}

Deno.test("docs/data-dictionary.md explains the built-in columns, all of them", () => {
  const table = /^## Every table\n([^]*?)^A \*\*series/m.exec(PAGE)![1]!;
  const listed = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  assert.deepEqual(listed, BUILT_IN_COLUMNS);
});

Deno.test({
  name: "docs/data-dictionary.md tells keys, columns and types as the database has them",
  sanitizeOps: true,
  sanitizeResources: true,
  fn: () =>
    withPostgres("oura", async (db) => {
      await migrate(db);
      await applyAdditive(db, shippedPipeline(), { holder: crypto.randomUUID() });
      const { rows } = await db.query<{ table: string; column: string; type: string; key: string }>(
        `SELECT c.relname AS "table", a.attname AS "column",
          format_type(a.atttypid, a.atttypmod) AS type,
          (SELECT string_agg(k.attname, ', ' ORDER BY n) FROM pg_index i,
            unnest(i.indkey::int[]) WITH ORDINALITY AS keys (attnum, n)
            JOIN pg_attribute k USING (attnum)
            WHERE i.indrelid = c.oid AND k.attrelid = c.oid AND i.indisprimary) AS key
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'oura'::regnamespace AND c.relkind = 'r'`,
      );
      const tables = Map.groupBy(rows, ({ table }) => table);
      let held = 0;
      for (const { name } of CATALOG) {
        const section = sectionOf(name);
        const columns = tables.get(name)!;
        assert.ok(section.includes(`Primary key \`${columns[0]!.key}\`.`), name);
        for (const [, made, type] of section.matchAll(/^\| `[^|]*\| ([^|]+) \| `([^`]+)` \|/gm)) {
          for (const [, column] of made!.matchAll(/`(\w+)`/g)) {
            held++;
            const found = columns.find((each) => each.column === column);
            if (found) assert.equal(shortType(found.type), type, `${name}.${column}`);
            else assert.ok(tables.has(column!), `${name}.${column} is neither column nor series`);
          }
        }
        for (const [, series, type] of section.matchAll(/^- Series `(\w+)`.*is `([^`]+)`/gm)) {
          const value = tables.get(series!)?.find(({ column }) => column === "value");
          assert.equal(value?.type, type, series!);
          held++;
        }
      }
      assert.ok(held > 100, "the page was not understood");
    }),
});

function shortType(type: string): string {
  return type === "timestamp with time zone" ? "timestamptz" : type;
}
