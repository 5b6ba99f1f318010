/**
 * The tables can be distributed by wearer (Citus): our SQL avoids what a distributed table refuses.
 * Source of the refusals: trials with Citus 13.2 on PostgreSQL 15.
 */
import assert from "node:assert/strict";
import { readStatement } from "../../pipelines/schema/refill/sql.ts";
import { changedStatement, writeStatement } from "../../pipelines/schema/refill/sql.ts";
import {
  copyStatement,
  occupiedStatement,
  upsertStatement,
} from "../../pipelines/stages/load_sql.ts";
import { addStatement, replaceStatement } from "../../pipelines/stages/series/series_sql.ts";
import { tableOf } from "../../pipelines/stages/table.ts";
import { sources } from "../support/sources.ts";
import { shippedPipeline } from "../support/sync_world.ts";

const CLOCK = /\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\(/i;

/** What a distributed table would refuse, or get wrong, in a statement. */
function refusals(sql: string): string[] {
  const text = sql.replace(/--[^\n]*/g, "").replace(/\s+/g, " ");
  const found: string[] = [];
  if (/\bSELECT FROM\b/i.test(text)) found.push("an empty select list");
  if (/\bcreated_at = now\(\)/i.test(text)) found.push("inserted rows told by the clock");
  const locks = /\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b/i.test(text);
  if (locks && !/\buser_id = \$/.test(text)) found.push("a row lock over several wearers");
  for (const [, conflict] of text.matchAll(/\bON CONFLICT\b(.*?)(?:\bRETURNING\b|$)/gi)) {
    if (CLOCK.test(conflict!)) found.push("a clock in ON CONFLICT");
  }
  for (
    const [, set] of text.matchAll(
      /\bUPDATE oura\.\S+ (?:AS \w+ |\w+ )?SET\b(.*?)(?:\bWHERE\b|$)/gi,
    )
  ) {
    // now() by itself is one value for the whole statement; beside a column it is not.
    if (/\bclock_timestamp\(/i.test(set!)) found.push("a volatile function in UPDATE");
    if (/\b(?:coalesce|CASE)\b[^,]*?,?[^,]*\bnow\(/i.test(set!)) {
      found.push("now() beside a column");
    }
  }
  return found;
}

Deno.test("refusals() knows what a distributed table refuses", () => {
  const cases: readonly [string, string][] = [
    ["SELECT EXISTS (SELECT FROM oura.tag)", "an empty select list"],
    [
      "INSERT INTO oura.t VALUES ($1) RETURNING created_at = now()",
      "inserted rows told by the clock",
    ],
    ["SELECT 1 FROM oura.oauth_tokens FOR UPDATE", "a row lock over several wearers"],
    [
      "INSERT INTO oura.t VALUES ($1) ON CONFLICT (user_id) DO UPDATE SET at = now()",
      "a clock in ON CONFLICT",
    ],
    [
      "INSERT INTO oura.t AS l VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = 1 WHERE l.at < clock_timestamp()",
      "a clock in ON CONFLICT",
    ],
    [
      "UPDATE oura.t SET at = clock_timestamp() WHERE user_id = $1",
      "a volatile function in UPDATE",
    ],
    ["UPDATE oura.t AS x SET at = coalesce(at, now()) WHERE user_id = $1", "now() beside a column"],
  ];
  for (const [sql, expected] of cases) assert.deepEqual(refusals(sql), [expected], sql);
  assert.deepEqual(refusals("UPDATE oura.t SET at = now() WHERE user_id = $1 RETURNING id"), []);
});

Deno.test("no query file has anything that a distributed table refuses", async () => {
  const directory = new URL("../../sql/queries/", import.meta.url);
  for await (const { name } of Deno.readDir(directory)) {
    const sql = await Deno.readTextFile(new URL(name, directory));
    assert.deepEqual(refusals(sql), [], name);
  }
});

Deno.test("no built statement has anything that a distributed table refuses", () => {
  const pass = { behind: true, until: true, recent: false, lock: true };
  for (const table of shippedPipeline().types.map(tableOf)) {
    const columns = table.declared.map((column) => ({ ...column, previous: null }));
    const statements = [
      upsertStatement(table),
      copyStatement(table),
      occupiedStatement(table),
      ...table.series.flatMap((series) => [addStatement(series), replaceStatement(series)]),
      readStatement(table, columns, pass, 100),
      writeStatement(table, columns) ?? "",
      changedStatement(table),
    ];
    for (const sql of statements) assert.deepEqual(refusals(sql), [], sql);
  }
});

Deno.test("no statement in the code has an empty select list or locks rows of several wearers", async () => {
  const literal = /`[^`]*`|"(?:[^"\\\n]|\\.)*"/g;
  for (const folder of ["lib/", "pipelines/", "reports/", "commands/"]) {
    for (const { path, text } of await sources()) {
      if (!path.startsWith(folder)) continue;
      for (const [sql] of text.matchAll(literal)) {
        if (/\bSELECT FROM\b/.test(sql)) assert.fail(`${path}: ${sql}`);
        if (/\b(?:FROM|JOIN) oura\.[^]*\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b/.test(sql)) {
          assert.match(sql, /\buser_id = \$/, `${path}: ${sql}`);
        }
      }
    }
  }
});

Deno.test("the wearer leads the primary key of every table that has one", async () => {
  const schema = await Deno.readTextFile(new URL("../../sql/schema.sql", import.meta.url));
  const tables = [...schema.matchAll(/CREATE TABLE oura\.(\w+) \(\n([^]*?)\n\);/g)];
  assert.ok(tables.length > 20);
  // Deliveries and invitations are no wearer's: whose they are is found out later.
  const others = new Set(["webhook_events", "invitations"]);
  for (const [, name, body] of tables) {
    if (others.has(name!) || !/^ {2}user_id /m.test(body!)) continue;
    assert.match(body!, /PRIMARY KEY \(user_id\b/, `${name}`);
  }
});
