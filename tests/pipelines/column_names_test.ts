/**
 * A data type whose columns have every name that our SQL uses: none of them may be taken for the
 * statement's own.
 */
import assert from "node:assert/strict";
import { BUILT_IN_COLUMNS, columnNameProblem } from "../../config/names.ts";
import { parsePipeline } from "../../config/pipeline.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import { RequestLimit } from "../../lib/oura/http/request_limit.ts";
import { staticToken } from "../../lib/oura/token_provider.ts";
import { apply, applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { livePipeline } from "../../pipelines/schema/live_pipeline.ts";
import { readState } from "../../pipelines/schema/database_schema.ts";
import { findGaps } from "../../reports/gaps/find_gaps.ts";
import { replay } from "../../pipelines/reprocess/replay.ts";
import { sync } from "../../pipelines/sync/sync_wearer.ts";
import { withPostgres } from "../support/server_database.ts";
import { SOAK } from "../support/soak.ts";

/** Files that hold SQL about a column that gets another type. */
const RETYPING_SOURCES = [
  "pipelines/schema/refill/sql.ts",
  "pipelines/schema/apply/swap_column.ts",
];
/** Files that hold SQL about data tables. */
const SOURCES = [
  ...RETYPING_SOURCES,
  "lib/db/store/stored_rows.ts",
  "lib/db/store/lost_rows.ts",
  "lib/db/store/table_sizes.ts",
  "reports/gaps/local_days.ts",
  "pipelines/stages/load_sql.ts",
  "pipelines/reprocess/replay.ts",
  "pipelines/reprocess/retry_rejects.ts",
  "pipelines/stages/series/deleted_samples.ts",
  "pipelines/stages/series/load_series.ts",
  "pipelines/stages/tombstones.ts",
];

/** Names that statements are given by code, in the places of columns. */
const OTHERS = ["previous", "document_changed", "k0", "k1", "k2", "f0", "f1", "c0", "c1", "c2"];

/** Every word of theirs that may be a column: aliases and fields are among them. */
async function usedNames(sources: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(
    sources.map((file) => Deno.readTextFile(new URL(`../../${file}`, import.meta.url))),
  );
  const words = new Set([...texts.join(" ").match(/\b[a-z_][a-z0-9_]*\b/g)!, ...OTHERS]);
  return [...words].filter((name) =>
    columnNameProblem(name) === null && !BUILT_IN_COLUMNS.includes(name) && name !== "timestamp"
  ).toSorted();
}

const NAMES = await usedNames(SOURCES);
/** To give every column another type takes seconds; these are the names that could be confused. */
const RETYPED = SOAK ? NAMES : await usedNames(RETYPING_SOURCES);
/** Names of result columns and of CTEs, as parts of a key. */
const KEY_NAMES = ["k0", "k1", "raw", "place", "part", "version", "deleted", "existed", "seen"];
const DAYS = ["2026-03-26", "2026-03-27", "2026-03-28"];
const NOW = new Date("2026-03-29T09:40:00Z");

function pipelineOf(db: Database, retyped: readonly string[] = []): Pipeline {
  const typeOf = (name: string) => retyped.includes(name) ? "integer" : "text";
  const columns = (names: readonly string[]) =>
    names.map((name) => `      ${name}: { path: v.${name}, type: ${typeOf(name)} }\n`).join("");
  const parsed = parsePipeline(
    `version: 1
data_types:
  words:
    endpoint: /v2/usercollection/words
    window: { by: date, initial: 10d }
    key: [id]
    history: true
    view: true
    columns:
      day: { path: day, type: date }
${columns(NAMES)}
  beats:
    endpoint: /v2/usercollection/beats
    window: { by: datetime, initial: 10d }
    key: [timestamp, ${KEY_NAMES.join(", ")}]
    view: true
    columns:
${columns(NAMES.filter((name) => !KEY_NAMES.includes(name)).slice(0, 40))}`,
    "oura.yaml",
  );
  assert.deepEqual(parsed.problems, undefined);
  return { ...parsed.pipeline!, schema: db.schema };
}

/** Documents of both types; `value` is in every field. */
function documents(value: number): Record<string, unknown[]> {
  const v = Object.fromEntries(NAMES.map((name) => [name, value]));
  const key = (i: number) => Object.fromEntries(KEY_NAMES.map((name) => [name, `${9 - i}`]));
  return {
    words: DAYS.map((day, i) => ({ id: `word-${i}`, day, v })),
    beats: DAYS.map((day, i) => ({ timestamp: `${day}T12:00:00Z`, ...key(i), v })),
  };
}

Deno.test("no column is taken for a name of our own SQL", () =>
  withPostgres("oura", async (db) => {
    await migrate(db);
    assert.ok(["existed", "t", "r", "excluded", "incoming", "k0"]
      .every((name) => NAMES.includes(name)));
    let served = documents(1);
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const type = new URL(request.url).pathname.split("/").at(-1)!;
      return Response.json({ data: served[type], next_token: null });
    });
    try {
      const http = new OuraHttp({
        tokens: staticToken("token"),
        baseUrl: `http://127.0.0.1:${server.addr.port}`,
        backoffMs: 1,
        // This server ignores bounds: a second window would meet the same documents.
        limit: new RequestLimit(1),
      });
      const run = async (declared: Pipeline) => {
        const { pipeline } = await applyAdditive(db, declared);
        const report = await sync({
          pipeline,
          db,
          http,
          userId: "wearer-1",
          version: "test",
          now: NOW,
          lease: { holder: crypto.randomUUID() },
        });
        assert.deepEqual(report.types.map(({ error }) => error?.message), [undefined, undefined]);
        const { inserted, updated, unchanged, rejected, deleted } = report.counts;
        return { inserted, updated, unchanged, rejected, deleted };
      };
      const none = { inserted: 0, updated: 0, unchanged: 0, rejected: 0, deleted: 0 };
      const declared = pipelineOf(db);
      assert.deepEqual(await run(declared), { ...none, inserted: 6 });
      assert.deepEqual(await run(declared), { ...none, unchanged: 6 });
      served = documents(2);
      assert.deepEqual(await run(declared), { ...none, updated: 6 });
      served = { words: served.words!.slice(1), beats: served.beats!.slice(1) };
      assert.deepEqual(await run(declared), { ...none, unchanged: 4, deleted: 2 });

      const retyped = pipelineOf(db, RETYPED);
      await apply(db, retyped, { allowDestructive: true, batchRows: 1 });
      const { types } = livePipeline(retyped, await readState(db));
      const sums = await db.query(`SELECT (SELECT sum("previous") FROM oura.words) AS words,
        (SELECT count(*)::int FROM oura.v_beats) AS beats,
        (SELECT count(*)::int FROM oura.document_revisions) AS revisions`);
      assert.deepEqual(sums.rows, [{ words: 6, beats: 2, revisions: 6 }]);
      const replayed = await replay(db, { types });
      assert.deepEqual(replayed.map(({ unchanged, rejected }) => [unchanged, rejected]), [
        [2, 0],
        [2, 0],
      ]);
      const gaps = await findGaps(db, {
        pipeline: retyped,
        userId: "wearer-1",
        scopes: null,
        from: DAYS[0]!,
        to: DAYS[2]!,
        today: "2026-03-29",
      });
      assert.deepEqual(gaps.map(({ dataType, from, to }) => [dataType, from, to]), [
        ["words", DAYS[0], DAYS[0]],
        ["beats", DAYS[0], DAYS[0]],
      ]);
    } finally {
      await server.shutdown();
    }
  }));
