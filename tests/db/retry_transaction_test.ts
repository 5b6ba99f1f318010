import assert from "node:assert/strict";
import { SqlError } from "../../lib/db/driver/errors/errors.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { withPostgres } from "../support/server_database.ts";
import { asSuperuser, Cluster, sharedCluster } from "../support/postgres.ts";

const END_ME = "SELECT pg_terminate_backend(pg_backend_pid())";

Deno.test("a connection lost in mid-transaction is reported as such, and the pool goes on", () =>
  withPostgres("oura", async (db) => {
    await db.exec("CREATE TABLE t (n integer)");
    const run = db.transaction(async (tx) => {
      await tx.query("INSERT INTO t VALUES (1)");
      const { rows } = await tx.query("SELECT pg_backend_pid() AS pid");
      await asSuperuser(await sharedCluster(), [`SELECT pg_terminate_backend(${rows[0]?.pid})`]);
      await tx.query("INSERT INTO t VALUES (2)");
    });
    await assert.rejects(
      run,
      (error) =>
        error instanceof SqlError && error.code === "DATABASE_CONNECTION_LOST" && error.retryable,
    );
    assert.equal((await db.query("SELECT FROM t")).rowCount, 0);
  }));

Deno.test("retryTransaction() runs the whole transaction again on a new connection", () =>
  withPostgres("oura", async (db) => {
    await db.exec("CREATE TABLE t (n integer)");
    let attempts = 0;
    await retryTransaction(db, async (tx) => {
      await tx.query("INSERT INTO t VALUES (1)");
      if (++attempts < 3) await tx.query(END_ME);
    }, { firstDelayMs: 1 });
    assert.equal(attempts, 3);
    assert.equal((await db.query("SELECT FROM t")).rowCount, 1);
  }));

Deno.test("retryTransaction() gives up in the end, and at once where trying again is no use", () =>
  withPostgres("oura", async (db) => {
    let attempts = 0;
    const ended = retryTransaction(db, async (tx) => {
      // It comes back after all, so that who never gives up is found out.
      if (++attempts < 9) await tx.query(END_ME);
    }, { retries: 2, firstDelayMs: 1 });
    await assert.rejects(ended, SqlError);
    assert.equal(attempts, 3);

    attempts = 0;
    const broken = retryTransaction(db, async (tx) => {
      attempts++;
      await tx.query("SELECT 1 / 0");
    }, { firstDelayMs: 1 });
    await assert.rejects(
      broken,
      (error) => error instanceof SqlError && error.sqlState === "22012",
    );
    assert.equal(attempts, 1);

    const mine = new Error("mine");
    const failing = retryTransaction(db, () => Promise.reject(mine), { firstDelayMs: 1 });
    await assert.rejects(failing, (error) => error === mine);
  }));

Deno.test("retryTransaction() waits one outage out once, and is patient again after it", () =>
  withPostgres("oura", async (db) => {
    let attempts = 0;
    const lost = () =>
      retryTransaction(db, async (tx) => {
        attempts++;
        await tx.query(END_ME);
      }, { retries: 2, firstDelayMs: 1 });
    await assert.rejects(lost());
    await assert.rejects(lost());
    assert.equal(attempts, 3 + 1);
    await retryTransaction(db, (tx) => tx.query("SELECT 1"));
    await assert.rejects(lost());
    assert.equal(attempts, 4 + 3);
  }));

Deno.test("retryTransaction() reports what was committed, though it was told to stop meanwhile", () =>
  withPostgres("oura", async (db) => {
    await db.exec("CREATE TABLE t (n integer)");
    const stop = new AbortController();
    const insert = () =>
      retryTransaction(db, async (tx) => {
        stop.abort(new Error("stopped"));
        await tx.query("INSERT INTO t VALUES (1)");
        return "committed";
      }, { signal: stop.signal });
    assert.equal(await insert(), "committed");
    await assert.rejects(insert(), /stopped/);
    assert.equal((await db.query("SELECT FROM t")).rowCount, 1);
  }));

Deno.test("retryTransaction() gets over a crash of the server", async () => {
  const cluster = await Cluster.start({ settings: { synchronous_commit: "on" } });
  try {
    const db = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
    await db.exec("CREATE TABLE t (n integer)");
    let attempts = 0;
    await retryTransaction(db, async (tx) => {
      await tx.query("INSERT INTO t VALUES (1)");
      if (++attempts > 1) return;
      await cluster.stopImmediate();
      await cluster.resume();
    }, { firstDelayMs: 10 });
    assert.equal(attempts, 2);
    assert.equal((await db.query("SELECT FROM t")).rowCount, 1);
    await db.close();
  } finally {
    await cluster.remove();
  }
});
