import assert from "node:assert/strict";
import { migrationStatus } from "../../lib/db/migrate/migrate.ts";
import { withDryRunSchema } from "../../lib/db/migrate/dry_run_schema.ts";
import { forEachDatabase } from "../support/databases.ts";

forEachDatabase("withDryRunSchema() works on tables that are gone afterwards", async (db) => {
  const count = await withDryRunSchema(db, async (stage) => {
    const insert = "INSERT INTO oura.tag (user_id, id, day) VALUES ('one', 't', '2026-01-01')";
    await stage.transaction((tx) => tx.exec(insert));
    return (await stage.query("SELECT FROM oura.tag")).rowCount;
  });
  assert.equal(count, 1);
  assert.deepEqual((await migrationStatus(db)).applied, []);
  await assert.rejects(
    withDryRunSchema(db, () => Promise.reject(new RangeError("as it is"))),
    RangeError,
  );
  assert.deepEqual((await migrationStatus(db)).applied, []);
}, { migrated: false });
