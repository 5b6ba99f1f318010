/** Statements whose answers the network loses, and statements that only take long. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { PgBouncer } from "../faults/support/pgbouncer.ts";
import { TcpProxy } from "../faults/support/tcp_proxy.ts";
import { Cluster, SUPERUSER, urlOf } from "../support/postgres.ts";

const EVERY_MS = 50;
const server = await Cluster.start();

interface Way {
  readonly db: Database;
  /** Straight to the server. */
  readonly direct: Database;
  readonly proxy: TcpProxy;
}

/** Runs `body` with a database behind a proxy, and PgBouncer behind that if asked. */
async function behindProxy(pooled: boolean, body: (way: Way) => Promise<void>): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const bouncer = pooled ? stack.use(await PgBouncer.start(server.address)) : null;
  const proxy = stack.use(new TcpProxy(bouncer?.port ?? server.address.port));
  const open = async (port: number) => {
    const url = `${urlOf({ ...server.address, port }, SUPERUSER)}&connect_timeout=2`;
    const db = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 2 });
    stack.defer(() => db.close());
    return db;
  };
  const direct = await open(server.address.port);
  await direct.exec("DROP TABLE IF EXISTS held; CREATE TABLE held (id int)");
  const db = await open(proxy.port);
  using _ = db.watchAnswers!(EVERY_MS, 1_000);
  await body({ db, direct, proxy });
}

for (const pooled of [false, true]) {
  const way = pooled ? "through PgBouncer" : "directly";

  Deno.test(`a statement on a connection that a router forgot fails, and its locks are freed, ${way}`, () =>
    behindProxy(pooled, async ({ db, direct, proxy }) => {
      const lost = db.transaction(async (tx) => {
        await tx.exec("LOCK TABLE held");
        proxy.forget();
        await tx.query("SELECT 1");
      });
      await assert.rejects(lost, { code: "DATABASE_CONNECTION_LOST", retryable: true });
      // Would wait for ever for the transaction that the server still has.
      await direct.transaction((tx) => tx.exec("LOCK TABLE held"));
      assert.deepEqual((await db.query("SELECT 1 AS one")).rows, [{ one: 1 }]);
    }));

  Deno.test(`statements that take long, or wait for a lock, end in their own time ${way}`, () =>
    behindProxy(pooled, async ({ db, direct }) => {
      await db.query("SELECT pg_sleep($1)", [EVERY_MS * 30 / 1_000]);
      let waiting = Promise.resolve<unknown>(null);
      await direct.transaction(async (tx) => {
        await tx.exec("LOCK TABLE held");
        waiting = db.query("INSERT INTO held VALUES (1)");
        await tx.query("SELECT pg_sleep($1)", [EVERY_MS * 30 / 1_000]);
      });
      await waiting;
      assert.equal((await db.query("SELECT * FROM held")).rowCount, 1);
    }));
}

Deno.test("statements that wait for a silent network fail", () =>
  behindProxy(false, async ({ db, proxy }) => {
    await db.query("SELECT 1");
    proxy.stall(true);
    await assert.rejects(db.query("SELECT 1"), { code: "DATABASE_CONNECTION_LOST" });
    proxy.stall(false);
    assert.equal((await db.query("SELECT 1")).rowCount, 1);
  }));

Deno.test("a server without a free connection is no reason to cut a long statement", async () => {
  await using stack = new AsyncDisposableStack();
  const open = async (role: string) => {
    const address = new URL(urlOf(server.address, SUPERUSER));
    address.username = role;
    const db = await openPostgres({ kind: "url", url: address.href }, {
      schema: "oura",
      poolSize: 1,
    });
    stack.defer(() => db.close());
    return db;
  };
  await (await open(SUPERUSER)).exec("CREATE ROLE lonely LOGIN CONNECTION LIMIT 1");
  const db = await open("lonely");
  using _ = db.watchAnswers!(EVERY_MS);
  await db.query("SELECT pg_sleep($1)", [EVERY_MS * 30 / 1_000]);
});

Deno.test("a pooler whose connections are all in use is no reason to cut a long statement", async () => {
  await using stack = new AsyncDisposableStack();
  const bouncer = stack.use(
    await PgBouncer.start(server.address, { default_pool_size: "1", query_wait_timeout: "1" }),
  );
  const url = urlOf({ ...server.address, port: bouncer.port }, SUPERUSER);
  const db = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
  stack.defer(() => db.close());
  // The checks wait for the pooler's one connection, which the statement has: first until they give
  // up, then until the pooler refuses them.
  for (const answerMs of [300, 5_000]) {
    using _ = db.watchAnswers!(EVERY_MS, answerMs);
    await db.query("SELECT pg_sleep(4)");
  }
});

Deno.test("unwatched statements are sent as they are", () =>
  behindProxy(false, async ({ direct }) => {
    const { rows } = await direct.query<{ query: string }>(
      "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()",
    );
    assert.match(rows[0]!.query, /^SELECT query/);
  }));
