import assert from "node:assert/strict";
import { parsePipeline } from "../../config/pipeline.ts";
import SHIPPED from "../../config/oura.yaml" with { type: "text" };
import { migrate } from "../../lib/db/migrate.ts";
import { applyAdditive } from "../../pipelines/columns/apply.ts";
import { pages } from "../../tools/docs/pages.ts";
import { withPostgres } from "../support/databases.ts";
import { codeSpans, fences } from "./markdown.ts";

const PAGES = await pages();
const EXAMPLES = PAGES.flatMap(({ path, text }) => fences(path, text))
  .filter(({ language }) => language === "sql");
/** `deno task query "…"` in shell examples. */
const QUERIES = PAGES.flatMap(({ path, text }) => fences(path, text))
  .filter(({ language }) => language === "sh")
  .flatMap(({ path, line, text }) =>
    [...text.matchAll(/\bquery (["'])(.*?)\1/g)].map(([, , sql]) => ({ path, line, text: sql! }))
  );

Deno.test({
  name: "the SQL of README and docs runs on the shipped tables",
  sanitizeOps: true,
  sanitizeResources: true,
  fn: (t) =>
    withPostgres("oura", async (db) => {
      await migrate(db);
      const { pipeline } = parsePipeline(SHIPPED, "oura.yaml");
      await applyAdditive(db, pipeline!, { holder: crypto.randomUUID() });
      assert.ok(EXAMPLES.length > 0 && QUERIES.length > 0);
      for (const { path, line, text } of [...EXAMPLES, ...QUERIES]) {
        await t.step(`${path}:${line}`, async () => {
          const undone = new Error("undone");
          const run = db.transaction(async (tx) => {
            await tx.exec(text);
            throw undone;
          });
          await assert.rejects(run, undone);
        });
      }
      await t.step("tables and columns named as `oura.table` exist", async () => {
        const { rows } = await db.query<{ name: string }>(
          "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'oura'",
        );
        const tables = new Set(rows.map(({ name }) => name));
        for (const { path, text } of PAGES) {
          for (const span of codeSpans(text)) {
            const table = /^oura\.([a-z_0-9]+)$/.exec(span)?.[1];
            if (table && table !== "yaml") assert.ok(tables.has(table), `${path}: ${span}`);
          }
        }
      });
      await t.step("README.md lists the bookkeeping tables, all of them", async () => {
        const declared = new Set(pipeline!.types.flatMap(({ table, series }) => [
          table,
          ...series.map(({ name }) => name),
        ]));
        const { rows } = await db.query<{ name: string }>(
          "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'oura'",
        );
        const kept = rows.map(({ name }) => name).filter((name) => !declared.has(name));
        const readme = PAGES.find(({ path }) => path === "README.md")!.text;
        const section = /^## Tables\n([^]*?)^## /m.exec(readme)![1]!;
        const listed = [...section.matchAll(/^\| (`.*?`) +\|/gm)]
          .flatMap(([, cell]) => codeSpans(cell!));
        assert.deepEqual(listed.toSorted(), kept.toSorted());
      });
    }),
});
