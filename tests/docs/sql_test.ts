import assert from "node:assert/strict";
import { parsePipeline } from "../../config/pipeline.ts";
import SHIPPED from "../../config/oura.yaml" with { type: "text" };
import type { Database } from "../../lib/db/driver/database.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { pages } from "../../tools/docs/pages.ts";
import { withPostgres } from "../support/server_database.ts";
import { syncWearer, withSimulator } from "../support/sync_world.ts";
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

/** Queries that find nothing where rings work, no document was revised, and no event was delivered. */
const FINDS_NOTHING = [
  /HAVING max\(day\) < current_date - 3/,
  /FROM oura\.document_revisions/,
  /FROM oura\.webhook_events/,
];

Deno.test({
  name: "the SQL of README and docs runs on the shipped tables, and its queries find something",
  sanitizeOps: true,
  sanitizeResources: true,
  fn: (t) =>
    withTables(async (db) => {
      const { pipeline } = parsePipeline(SHIPPED, "oura.yaml");
      assert.ok(EXAMPLES.length > 0 && QUERIES.length > 0);
      for (const { path, line, text } of [...EXAMPLES, ...QUERIES]) {
        await t.step(`${path}:${line}`, async () => {
          const undone = new Error("undone");
          const run = db.transaction(async (tx) => {
            if (/^select\b/i.test(text)) {
              const { rows } = await tx.query(text.replace(/;\s*$/, ""));
              const isEmpty = FINDS_NOTHING.some((query) => query.test(text));
              assert.equal(rows.length === 0, isEmpty, `${rows.length} rows`);
            } else await tx.exec(text);
            throw undone;
          });
          await assert.rejects(run, undone);
        });
      }
      await t.step(
        "the role that only reads sees data, and neither tokens nor a way to write",
        async () => {
          const example = EXAMPLES.find(({ text }) => text.startsWith("CREATE ROLE"))!;
          const undone = new Error("undone");
          for (
            const [statement, outcome] of [
              ["SELECT 1 FROM oura.daily_sleep", undone],
              ["SELECT 1 FROM oura.oauth_tokens", { code: "DATABASE_FORBIDDEN" }],
              ["DELETE FROM oura.daily_sleep", { code: "DATABASE_FORBIDDEN" }],
            ] as const
          ) {
            const run = db.transaction(async (tx) => {
              await tx.exec(`${example.text}; SET LOCAL ROLE oura_reader; ${statement}`);
              throw undone;
            });
            await assert.rejects(run, outcome);
          }
        },
      );
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

/** The shipped tables, with two weeks of a wearer in them. */
function withTables(body: (db: Database) => Promise<void>): Promise<void> {
  return withSimulator(
    { days: 14 },
    (simulator) =>
      withPostgres("oura", async (db) => {
        await migrate(db);
        await syncWearer(simulator, db, simulator.world.wearers[0]!.id);
        await body(db);
      }),
  );
}
