import assert from "node:assert/strict";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { schemaSnapshot } from "../../tools/schema_snapshot.ts";
import { withPglite, withPostgres } from "../support/databases.ts";

for (const [where, use] of [["PostgreSQL", withPostgres], ["PGlite", withPglite]] as const) {
  Deno.test(`sql/schema.sql is what the migrations add up to [${where}]`, () =>
    use("oura", async (db) => {
      await migrate(db);
      const snapshot = await Deno.readTextFile(new URL("../../sql/schema.sql", import.meta.url));
      const hint = "run `deno task schema:snapshot`";
      assert.equal(await schemaSnapshot(db), snapshot.replaceAll("\r\n", "\n"), hint);
    }));
}
