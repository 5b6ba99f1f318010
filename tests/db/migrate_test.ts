import assert from "node:assert/strict";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { ensureMigrated, migrate, migrationStatus } from "../../lib/db/migrate/migrate.ts";
import { OuraSyncError } from "../../lib/errors.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { type Migration, migrations } from "../../sql/migrations/index.ts";
import { forEachDatabase, withPostgres } from "../support/databases.ts";
import { asSuperuser, sharedCluster, urlOf } from "../support/postgres.ts";
import { Program } from "../support/program.ts";

const failsWith = (code: string, pattern = /./) => (error: unknown) =>
  error instanceof OuraSyncError && error.code === code && error.hint !== undefined &&
  pattern.test(error.message);

forEachDatabase("migrate() applies every migration once, in order", async (db) => {
  assert.equal((await migrationStatus(db)).pending.length, migrations.length);
  const applied = await migrate(db);
  assert.deepEqual(applied.map(({ version }) => version), migrations.map(({ version }) => version));
  assert.deepEqual(await migrate(db), []);
  assert.deepEqual(await ensureMigrated(db), []);
  assert.deepEqual((await migrationStatus(db)).applied, applied);
}, { migrated: false, otherSchema: true });

forEachDatabase("ensureMigrated() migrates a new database", async (db) => {
  assert.equal((await ensureMigrated(db)).length, migrations.length);
}, { migrated: false });

forEachDatabase("migrate() refuses a migration edited after it was applied", async (db) => {
  const edited = migrations.map((migration, index) =>
    index === 0 ? { ...migration, sql: `${migration.sql}-- a later thought` } : migration
  );
  const fails = failsWith("MIGRATION_EDITED", /migration 1 \(bookkeeping\)/);
  await assert.rejects(migrate(db, edited), fails);
  await assert.rejects(migrationStatus(db, edited), fails);
  await assert.rejects(migrate(db, edited), ({ hint }) => {
    assert.match(hint, db.kind === "pglite" ? /rename the directory/ : /ALTER SCHEMA .* RENAME TO/);
    assert.match(hint, /`oura-sync auth login` and `oura-sync sync --initial`/);
    return true;
  });
});

Deno.test("the hint for an edited migration makes way for a new database", () =>
  withPostgres("oura", async (db) => {
    await migrate(db);
    await db.exec("UPDATE oura.schema_migrations SET checksum = 'old' WHERE version = 1");
    const { hint } = await migrate(db).then(() => assert.fail(), (error) => error);
    const [, statement] = /psql "\$DATABASE_URL" -c '([^']+)'/.exec(hint)!;
    await db.exec(statement!);
    assert.equal((await migrate(db)).length, migrations.length);
  }));

const FOREIGN = {
  schema_migrations: "CREATE TABLE oura.schema_migrations (version varchar PRIMARY KEY)",
  session: "CREATE TABLE oura.session (id integer PRIMARY KEY, data text)",
  workout: "CREATE VIEW oura.workout AS SELECT 1 AS mine",
};

for (const [name, sql] of Object.entries(FOREIGN)) {
  forEachDatabase(`migrate() makes nothing where ${name} is another program's`, async (db) => {
    await db.exec(`CREATE SCHEMA ${quoteIdentifier(db.schema)}; ${sql}`);
    const relations = async () =>
      (await db.query(
        `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = $1 ORDER BY relname`,
        [db.schema],
      )).rows;
    const before = await relations();
    const fails = failsWith("TABLE_TAKEN", new RegExp(`\\.${name} is there already`));
    await assert.rejects(migrationStatus(db), fails);
    await assert.rejects(migrate(db), fails);
    await assert.rejects(ensureMigrated(db), fails);
    assert.deepEqual(await relations(), before);
  }, { migrated: false });
}

forEachDatabase("migrate() takes no notice of tables with other names", async (db) => {
  await db.exec(`CREATE SCHEMA ${quoteIdentifier(db.schema)}`);
  await db.exec("CREATE TABLE oura.sessions (n int)");
  assert.equal((await migrate(db)).length, migrations.length);
}, { migrated: false });

forEachDatabase("migrate() takes a checkout with Windows line endings for the same", async (db) => {
  const windows = migrations.map((m) => ({ ...m, sql: m.sql.replaceAll("\n", "\r\n") }));
  assert.deepEqual(await migrate(db, windows), []);
});

forEachDatabase("migrate() refuses a database newer than the program", async (db) => {
  const older = migrations.slice(0, -1);
  await assert.rejects(migrate(db, older), failsWith("MIGRATION_NEWER"));
  await assert.rejects(migrationStatus(db, older), failsWith("MIGRATION_NEWER"));
});

forEachDatabase(
  "a migration that fails leaves nothing behind, those before it stay",
  async (db) => {
    const broken: Migration = {
      version: migrations.at(-1)!.version + 1,
      name: "broken",
      sql: "CREATE TABLE oura.half (n integer); SELECT 1 / 0;",
    };
    await assert.rejects(migrate(db, [...migrations, broken]));
    assert.equal((await migrationStatus(db)).applied.length, migrations.length);
    await assert.rejects(db.query("SELECT FROM oura.half"));
    const fixed = { ...broken, sql: "CREATE TABLE oura.whole (n integer);" };
    assert.equal((await migrate(db, [...migrations, fixed])).length, 1);
  },
);

Deno.test("two processes that migrate at once take turns", () =>
  withPostgres("oura", async (db, url) => {
    const module = new URL("./programs/migrate_database.ts", import.meta.url);
    const programs = [new Program(module, [url]), new Program(module, [url])];
    for (const program of programs) assert.equal(await program.line(), "ready");
    await Promise.all(programs.map((program) => program.goOn()));
    const applied = await Promise.all(programs.map(async (p) => Number(await p.line())));
    assert.equal(applied[0]! + applied[1]!, migrations.length);
    for (const program of programs) assert.equal((await program.ended()).code, 0);
    assert.deepEqual((await migrationStatus(db)).pending, []);
  }));

Deno.test("the history is read after the lock is taken", () =>
  withPostgres("oura", async (db) => {
    const late = await db.transaction(async (tx) => {
      await tx.query(
        "SELECT pg_advisory_xact_lock(hashtext('oura-sync migrate'), hashtext('oura'))",
      );
      const waiting = migrate(db);
      await untilSomeoneWaits();
      await tx.exec("CREATE SCHEMA oura");
      return { waiting };
    });
    // It found the schema that was made while it waited.
    assert.equal((await late.waiting).length, migrations.length);

    async function untilSomeoneWaits() {
      const waiting = `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`;
      while ((await db.query(waiting)).rowCount === 0);
    }
  }));

async function withRole(
  grants: (role: string, database: string) => string[],
  body: (url: string) => Promise<void>,
): Promise<void> {
  const role = `role_${crypto.randomUUID().replaceAll("-", "")}`;
  const address = await sharedCluster();
  await withPostgres("oura", async (db) => {
    const database = db.label.split("/")[1]!;
    await asSuperuser(address, [
      `CREATE ROLE ${role} LOGIN`,
      `REVOKE CREATE ON DATABASE ${database} FROM PUBLIC`,
      ...grants(role, database),
    ], database);
    try {
      await body(urlOf(address, database).replace("postgres@", `${role}@`));
    } finally {
      await asSuperuser(address, [`DROP OWNED BY ${role}`], database);
      await asSuperuser(address, [`DROP ROLE ${role}`]);
    }
  });
}

Deno.test("migrate() needs no right on the database when the schema is there", () =>
  withRole((role) => [`CREATE SCHEMA oura AUTHORIZATION ${role}`], async (url) => {
    const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
    assert.equal((await migrate(db)).length, migrations.length);
    assert.deepEqual(await ensureMigrated(db), []);
    await db.close();
  }));

Deno.test("migrate() says which right is missing", () =>
  withRole(() => [], async (url) => {
    const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
    await assert.rejects(migrate(db), failsWith("DATABASE_FORBIDDEN", /permission denied/));
    await db.close();
  }));

Deno.test("a read-only server can be read and not migrated", () =>
  withPostgres("oura", async (db, url) => {
    await migrate(db);
    const database = db.label.split("/")[1]!;
    const address = await sharedCluster();
    await asSuperuser(address, [
      `ALTER DATABASE ${database} SET default_transaction_read_only = on`,
    ]);
    const readOnly = await openPostgres({ kind: "url", url }, { schema: "oura" });
    assert.deepEqual(await ensureMigrated(readOnly), []);
    const write = readOnly.query("CREATE TABLE oura.no (n integer)");
    await assert.rejects(write, failsWith("DATABASE_READ_ONLY"));
    await readOnly.close();
  }));
