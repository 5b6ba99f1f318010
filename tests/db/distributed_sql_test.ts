/** The tables can be distributed by wearer (Citus): no statement, and no key, stands in the way. */
import assert from "node:assert/strict";
import { readStatement } from "../../pipelines/schema/refill/sql.ts";
import { changedStatement, writeStatement } from "../../pipelines/schema/refill/sql.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { copyStatement, upsertStatement } from "../../pipelines/stages/load_sql.ts";
import { addStatement, replaceStatement } from "../../pipelines/stages/series/series_sql.ts";
import { stretchStatement } from "../../pipelines/stages/samples/digest.ts";
import { tableOf } from "../../pipelines/stages/table.ts";
import { keyProblems } from "../citus/keys.ts";
import { refusals } from "../citus/refusals.ts";
import { applyYaml } from "../columns/support.ts";
import { withPostgres } from "../support/server_database.ts";
import { sources } from "../support/sources.ts";
import { stringTexts } from "../support/string_texts.ts";
import { shippedPipeline } from "../support/sync_world.ts";

/** A statement of each kind, and what is wrong with it. */
const REFUSED: readonly (readonly [sql: string, refusal: string])[] = [
  [
    "SELECT 1 FROM oura.sleep s JOIN oura.upkeep_tasks u ON u.task = s.id",
    "local and distributed tables in one statement",
  ],
  [
    "SELECT 1 FROM pg_class c LEFT JOIN oura.row_accounts a ON a.relation = c.relname",
    "local and distributed tables in one statement",
  ],
  [
    "INSERT INTO oura.t AS l VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = 1 WHERE l.at < clock_timestamp()",
    "a clock in ON CONFLICT",
  ],
  [
    "INSERT INTO oura.t VALUES ($1) ON CONFLICT (user_id) DO UPDATE SET at = now()",
    "a clock in ON CONFLICT",
  ],
  [
    "INSERT INTO oura.t VALUES ($1) ON CONFLICT (user_id) DO UPDATE SET at = CURRENT_TIMESTAMP RETURNING id",
    "a clock in ON CONFLICT",
  ],
  ["UPDATE oura.t SET at = clock_timestamp() WHERE user_id = $1", "a volatile function in UPDATE"],
  ["UPDATE oura.t SET a = 1, b = random() WHERE user_id = $1", "a volatile function in UPDATE"],
  ["UPDATE oura.t AS x SET at = coalesce(at, now()) WHERE user_id = $1", "now() beside a column"],
  [
    "UPDATE oura.t SET a = $2, at = greatest(now(), at) WHERE user_id = $1",
    "now() beside a column",
  ],
  ["SELECT EXISTS (SELECT FROM oura.tag)", "an empty select list"],
  ["SELECT 1 FROM oura.oauth_tokens FOR UPDATE", "a row lock over several wearers"],
  ["SELECT 1 FROM oura.sleep WHERE id = $1 FOR NO KEY UPDATE", "a row lock over several wearers"],
  ["INSERT INTO oura.t VALUES ($1) RETURNING created_at = now()", "rows found by the clock"],
  ["DELETE FROM oura.t s WHERE s.user_id = $1 AND s.deleted_at = now()", "rows found by the clock"],
  ["DELETE FROM oura.t WHERE ctid = ANY ($1)", "rows found by place alone"],
  [
    "DELETE FROM oura.t WHERE ctid = ANY (ARRAY(SELECT ctid FROM oura.t WHERE user_id = $1))",
    "rows found by place alone",
  ],
  [
    "SELECT 1 FROM oura.t a, oura.t b WHERE a.user_id IS NOT DISTINCT FROM b.user_id",
    "wearers compared as nulls",
  ],
];

Deno.test("refusals() knows what a distributed table refuses", () => {
  for (const [sql, expected] of REFUSED) assert.deepEqual(refusals(sql), [expected], sql);
  const good = [
    "UPDATE oura.t SET at = now(), until = now() + make_interval(secs => $2::int) WHERE user_id = $1",
    "UPDATE oura.t SET at = now() WHERE user_id = $1 RETURNING id",
    "UPDATE oura.column_changes SET finished_at = clock_timestamp() WHERE id = $1",
    "SELECT 1 FROM pg_class c JOIN oura.declared_objects o ON o.table_name = c.relname",
    "INSERT INTO oura.t SELECT $1, now() ON CONFLICT (user_id) DO UPDATE SET at = excluded.at",
    "SELECT 1 FROM oura.t WHERE user_id = $1 AND at > now() - interval '1 day' FOR UPDATE",
  ];
  for (const sql of good) assert.deepEqual(refusals(sql), [], sql);
});

Deno.test("a refused statement is found however the code writes it", () => {
  const found = (text: string) =>
    stringTexts({ path: "x.ts", text }).flatMap((sql) => refusals(sql));
  for (const [sql, expected] of REFUSED) {
    const [head, ...rest] = sql.split(" ");
    const built = sql.replace("oura.t ", "oura.${q(table)} ");
    const ways = [
      `run(${JSON.stringify(sql)})`,
      `run(sql\`${built}\`)`,
      `run(\`\${columns.map((c) => \`\${c}, \`)}\` + ${JSON.stringify(`${head} `)} +\n  \`${
        rest.join(" ")
      }\`)`,
      `run(\`WITH x AS (SELECT 1) \${also ? ${JSON.stringify(sql)} : ""}\`)`,
    ];
    for (const code of ways) assert.deepEqual(found(code), [expected], code);
  }
});

Deno.test("no query file has anything that a distributed table refuses", async () => {
  const directory = new URL("../../sql/queries/", import.meta.url);
  for await (const { name } of Deno.readDir(directory)) {
    const sql = await Deno.readTextFile(new URL(name, directory));
    assert.deepEqual(refusals(sql), [], name);
  }
});

/** Files whose statements say only when they are built which wearer they lock: checked as built. */
const BUILT = new Set(["pipelines/schema/refill/sql.ts"]);

Deno.test("no text in the code has anything that a distributed table refuses", async () => {
  const rooms = /^(?:lib|pipelines|reports|server|commands|config|tools)\//;
  let statements = 0;
  for (const source of await sources()) {
    if (!rooms.test(source.path) || BUILT.has(source.path)) continue;
    for (const sql of stringTexts(source)) {
      if (/\boura\./.test(sql)) statements++;
      assert.deepEqual(refusals(sql), [], `${source.path}: ${sql}`);
    }
  }
  assert.ok(statements > 100, `only ${statements} statements were found`);
});

Deno.test("no built statement has anything that a distributed table refuses", () => {
  const pass = { behind: true, until: true, recent: false, lock: true };
  for (const table of shippedPipeline().types.map(tableOf)) {
    const columns = table.declared.map((column) => ({ ...column, previous: null }));
    const statements = [
      upsertStatement(table),
      copyStatement(table, "text"),
      copyStatement(table, "binary"),
      stretchStatement(table),
      ...table.series.flatMap((series) => [addStatement(series), replaceStatement(series)]),
      readStatement(table, columns, pass, 100),
      writeStatement(table, columns) ?? "",
      changedStatement(table),
    ];
    for (const sql of statements) assert.deepEqual(refusals(sql), [], sql);
  }
});

Deno.test("every table of wearers can be distributed: of migrations, of types, of series", () =>
  withPostgres("oura", async (db) => {
    await applyAdditive(db, shippedPipeline(), { holder: "test" });
    await applyYaml(
      db,
      `
sleep: { series: { own_hrv: hrv } }
heart_rate: {}
snack: { endpoint: /v2/usercollection/snack, window: { by: date }, key: [id], columns: { kind: { path: type, type: text, index: true } } }`,
    );
    assert.deepEqual(await keyProblems(db), []);
    await db.exec(`
      CREATE TABLE oura.no_key (user_id text);
      CREATE TABLE oura.other_key (id bigint PRIMARY KEY, user_id text);
      CREATE TABLE oura.behind (id bigint, user_id text, PRIMARY KEY (id, user_id));
      CREATE TABLE oura.alone (user_id text, id bigint UNIQUE, PRIMARY KEY (user_id, id));
      CREATE TABLE oura.bound (user_id text REFERENCES oura.oauth_tokens, PRIMARY KEY (user_id));`);
    assert.deepEqual(await keyProblems(db), [
      "alone: the unique index oura.alone_id_key lacks user_id",
      "behind: its primary key does not begin with user_id",
      "bound: the foreign key bound_user_id_fkey",
      "no_key: its primary key does not begin with user_id",
      "oauth_tokens: the foreign key bound_user_id_fkey",
      "other_key: its primary key does not begin with user_id",
    ]);
  }, { migrated: true }));
