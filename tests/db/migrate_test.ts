import assert from "node:assert/strict";
import { ensureMigrated, migrate, migrationStatus } from "../../lib/db/migrate.ts";
import { inSchema } from "../../lib/db/identifiers.ts";
import { migrations } from "../../sql/migrations/index.ts";
import { forEachDatabase } from "../support/databases.ts";

forEachDatabase("migrate() applies every migration once", async (db) => {
  assert.equal((await migrationStatus(db)).pending.length, migrations.length);
  const applied = await migrate(db);
  assert.deepEqual(applied.map(({ version }) => version), migrations.map(({ version }) => version));
  assert.deepEqual(await migrate(db), []);
  assert.deepEqual(await ensureMigrated(db), []);
  assert.deepEqual((await migrationStatus(db)).applied, applied);
}, { migrated: false });

forEachDatabase("migrate() makes the 19 data tables and the bookkeeping", async (db) => {
  const { rows } = await db.query(
    inSchema("SELECT count(*) AS tables FROM oura.schema_migrations", db.schema),
  );
  assert.deepEqual(rows, [{ tables: migrations.length }]);
});
