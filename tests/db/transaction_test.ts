import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { hasSqlState, SqlError, UNIQUE_VIOLATION } from "../../lib/db/driver/errors/errors.ts";
import { forEachDatabase, withPglite, withPostgres } from "../support/databases.ts";

/** A table of its own for one test; PGlite keeps `public` between tests. */
async function createNumbers(db: Database): Promise<void> {
  await db.exec("DROP TABLE IF EXISTS numbers; CREATE TABLE numbers (n integer PRIMARY KEY)");
}

async function numbers(db: Database): Promise<unknown[]> {
  const { rows } = await db.query("SELECT n FROM numbers ORDER BY n");
  return rows.map(({ n }) => n);
}

forEachDatabase("transaction() commits what its body did and returns its result", async (db) => {
  await createNumbers(db);
  const result = await db.transaction(async (tx) => {
    await tx.query("INSERT INTO numbers VALUES ($1)", [1]);
    return "done";
  });
  assert.equal(result, "done");
  assert.deepEqual(await numbers(db), [1]);
});

forEachDatabase("transaction() undoes everything when its body throws", async (db) => {
  await createNumbers(db);
  const mine = new Error("mine");
  const run = db.transaction(async (tx) => {
    await tx.query("INSERT INTO numbers VALUES (1)");
    throw mine;
  });
  await assert.rejects(run, (error) => error === mine);
  assert.deepEqual(await numbers(db), []);
});

forEachDatabase("transaction() fails when a swallowed error has aborted it", async (db) => {
  await createNumbers(db);
  const run = db.transaction(async (tx) => {
    await tx.query("INSERT INTO numbers VALUES (1)");
    await assert.rejects(tx.query("SELECT 1 / 0"));
  });
  await assert.rejects(
    run,
    (error) => error instanceof SqlError && error.code === "DATABASE_TRANSACTION_ABORTED",
  );
  assert.deepEqual(await numbers(db), []);
  assert.equal((await db.query("SELECT 1 AS n")).rowCount, 1);
});

forEachDatabase(
  "query() runs one statement: nothing gets out of a read-only transaction",
  async (db) => {
    await createNumbers(db);
    for (const first of ["COMMIT", "SET TRANSACTION READ WRITE", "SELECT 1"]) {
      const run = db.transaction(async (tx) => {
        await tx.exec("SET TRANSACTION READ ONLY");
        return await tx.query(`${first}; INSERT INTO numbers VALUES (1)`);
      });
      await assert.rejects(run, (error) => hasSqlState(error, "42601"), first);
    }
    assert.deepEqual(await numbers(db), []);
  },
);

forEachDatabase("savepoint() undoes only what its body did", async (db) => {
  await createNumbers(db);
  await db.transaction(async (tx) => {
    await tx.query("INSERT INTO numbers VALUES (1)");
    await tx.savepoint(async () => {
      await tx.query("INSERT INTO numbers VALUES (2)");
      const inner = tx.savepoint(async () => {
        await tx.query("INSERT INTO numbers VALUES (3)");
        await tx.query("INSERT INTO numbers VALUES (1)");
      });
      await assert.rejects(inner, (error) => hasSqlState(error, UNIQUE_VIOLATION));
    });
    await tx.query("INSERT INTO numbers VALUES (4)");
  });
  assert.deepEqual(await numbers(db), [1, 2, 4]);
});

forEachDatabase(
  "transactions started at once all happen, one after the other if need be",
  async (db) => {
    await createNumbers(db);
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) =>
      db.transaction(async (tx) => {
        await tx.query("INSERT INTO numbers VALUES ($1)", [n]);
        await tx.query("SELECT count(*) FROM numbers");
      })
    ));
    assert.deepEqual(await numbers(db), [1, 2, 3, 4, 5, 6, 7]);
  },
);

Deno.test("a PGlite transaction refuses to wait for itself", () =>
  withPglite("oura", async (db) => {
    await db.transaction(async (tx) => {
      await assert.rejects(async () => await db.query("SELECT 1"), TypeError);
      await assert.rejects(async () => await db.transaction(() => Promise.resolve()), TypeError);
      assert.equal((await tx.query("SELECT 1 AS n")).rowCount, 1);
    });
    assert.equal((await db.query("SELECT 1 AS n")).rowCount, 1);
  }));

Deno.test("copyIn() loads lines whole and in pieces, and stops with the transaction", () =>
  withPostgres("oura", async (db) => {
    await createNumbers(db);
    const copy = "COPY numbers FROM STDIN";
    async function* lines(from: number, to: number) {
      for (let n = from; n <= to; n += 2) yield await Promise.resolve(`${n}\n${n + 1}\n`);
    }
    await db.transaction((tx) => tx.copyIn!(copy, lines(1, 20_000)));
    assert.deepEqual((await db.query("SELECT count(*) AS n, sum(n) AS total FROM numbers")).rows, [
      { n: 20_000, total: 200_010_000 },
    ]);
    await db.transaction((tx) => tx.copyIn!(copy, []));

    const failing = db.transaction(async (tx) => {
      await tx.copyIn!(copy, ["30001\n"]);
      await tx.copyIn!(copy, lines(1, 20_000));
    });
    await assert.rejects(failing, (error) => hasSqlState(error, UNIQUE_VIOLATION));
    assert.equal((await db.query("SELECT FROM numbers WHERE n = 30001")).rowCount, 0);
  }));

Deno.test("copyIn() fails with its source, and the connection stays usable", () =>
  withPostgres("oura", async (db) => {
    await createNumbers(db);
    async function* broken() {
      yield await Promise.resolve("1\n");
      throw new Error("the source broke");
    }
    for (let round = 0; round < 6; round++) {
      await db.transaction(async (tx) => {
        const copy = tx.savepoint(() => tx.copyIn!("COPY numbers FROM STDIN", broken()));
        await assert.rejects(copy, /the source broke/);
        await tx.query("INSERT INTO numbers VALUES ($1)", [round]);
      });
    }
    assert.deepEqual(await numbers(db), [0, 1, 2, 3, 4, 5]);
  }));

Deno.test("copyIn() reads its source no faster than the server takes it", () =>
  withPostgres("oura", async (db) => {
    // The first row waits for the gate, so that the server stops reading in the middle of the COPY.
    await db.exec(`
      CREATE TABLE gate (); CREATE TABLE slow (t text);
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN LOCK TABLE gate IN ACCESS EXCLUSIVE MODE; RETURN NEW; END';
      CREATE TRIGGER wait BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION wait()`);
    const line = "x".repeat(1023) + "\n";
    let produced = 0;
    function* source() {
      for (; produced < 64 * 1024; produced++) yield line;
    }
    await db.transaction(async (holder) => {
      await holder.exec("LOCK TABLE gate IN ACCESS EXCLUSIVE MODE");
      const copying = db.transaction(async (tx) => {
        await tx.exec("SET LOCAL lock_timeout = '300ms'");
        await tx.copyIn!("COPY slow FROM STDIN", source());
      });
      await assert.rejects(copying, (error) => error instanceof SqlError && error.retryable);
    });
    assert.ok(produced > 0);
    assert.ok(produced < 32 * 1024, `${produced} KB were read ahead`);
  }));

Deno.test("query(), exec() and copyIn() run our SQL in the configured schema, and nothing in quotes or parameters is rewritten", () =>
  withPostgres("My oura.data", async (db) => {
    await db.exec('CREATE SCHEMA "My oura.data"; CREATE TABLE oura.notes (note text)');
    await db.query("INSERT INTO oura.notes VALUES ($1), ('oura.literal')", ["oura.parameter"]);
    await db.transaction((tx) => tx.copyIn!("COPY oura.notes FROM STDIN", ["oura.copied\n"]));
    const { rows } = await db.queryRaw(`SELECT note FROM "My oura.data".notes ORDER BY note`);
    assert.deepEqual(rows.map(({ note }) => note), [
      "oura.copied",
      "oura.literal",
      "oura.parameter",
    ]);
    await assert.rejects(db.queryRaw("SELECT 1 FROM oura.notes"), { sqlState: "42P01" });
  }));
