import assert from "node:assert/strict";
import { identifierProblem, tableNameProblem } from "../../config/names.ts";
import { isDataTypeName } from "../../lib/oura/catalog/index.ts";
import { migrations } from "../../sql/migrations/index.ts";

Deno.test("tableNameProblem() keeps every table of the migrations from being declared", () => {
  const tables = migrations.flatMap(({ sql }) => [...sql.matchAll(/CREATE TABLE oura\.(\w+)/g)])
    .map((match) => match[1]!);
  assert.ok(tables.length > 19);
  const own = [...tables, "schema_migrations"].filter((table) => !isDataTypeName(table));
  for (const table of own) assert.match(tableNameProblem(table) ?? "", /keeps its books/, table);
});

Deno.test("identifierProblem() suggests a name that has no problem itself", () => {
  const suggestion = (name: string) => identifierProblem(name)?.match(/write "(.+)"/)?.[1];
  assert.equal(suggestion("averageHRV ms"), "average_hrv_ms");
  assert.equal(suggestion("5min"), "_5min");
  assert.equal(suggestion("größe"), "gr_e");
  assert.equal(suggestion("-"), undefined);
  for (const name of ["Score", "a b", "1a", "a".repeat(100), `${"a".repeat(62)}_b`]) {
    assert.equal(identifierProblem(suggestion(name) ?? "!"), null, name);
  }
});
