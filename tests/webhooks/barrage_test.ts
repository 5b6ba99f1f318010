/** A barrage of calls while the receiver is killed and the database crashes: none lost, none forged. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import type { ConnectionSettings } from "../../lib/db/driver/connection.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openDatabase } from "../../lib/db/driver/open.ts";
import { PgBouncer } from "../faults/support/pgbouncer.ts";
import { freePort } from "../support/free_port.ts";
import { Cluster, urlOf } from "../support/postgres.ts";
import { Program } from "../support/program.ts";
import { SOAK } from "../support/soak.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { barrageOf, fire, shakeHands, WEARERS } from "./barrage.ts";
import { serve, signIn } from "./support.ts";

const PROGRAM = new URL("receiver_program.ts", import.meta.url);

/** Signs the wearers in, and makes what stands for a queue. */
async function fill(db: Database): Promise<void> {
  await migrate(db);
  await signIn(db, ...Array.from({ length: WEARERS }, (_, i) => `wearer-${i}`));
  await db.exec("DROP TABLE IF EXISTS jobs; CREATE TABLE jobs (user_id text)");
}

async function withOpen(
  connection: ConnectionSettings,
  body: (db: Database) => Promise<void>,
): Promise<void> {
  const db = await openDatabase(connection, { schema: "oura" });
  try {
    await body(db);
  } finally {
    await db.close();
  }
}

/** Each document once, all of them genuine, and a job for every wearer of one. */
async function assertStored(db: Database, genuine: number): Promise<void> {
  const { rows: [found] } = await db.query<Record<string, number>>(
    `SELECT count(*) AS events, count(DISTINCT object_id) AS documents,
      count(*) FILTER (WHERE object_id NOT LIKE 'genuine-%') AS forged,
      count(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM jobs WHERE jobs.user_id = e.user_id)) AS jobless,
      (SELECT count(*) FROM jobs) AS jobs
      FROM oura.webhook_events AS e`,
  );
  const { jobs, ...rest } = found!;
  assert.deepEqual(rest, { events: genuine, documents: genuine, forged: 0, jobless: 0 });
  assert.ok(jobs! <= genuine, "a repetition makes no job");
}

/** Fires at a receiver that is killed after a third, while `midway` happens after two thirds. */
async function survive(
  connection: ConnectionSettings,
  genuine: number,
  midway: () => Promise<void>,
): Promise<void> {
  await withOpen(connection, fill);
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    const program = new Program(PROGRAM, [JSON.stringify(connection), String(port)]);
    assert.equal(await program.line(), "listening");
    return program;
  };
  let program = await start();
  assert.deepEqual(await shakeHands(url), [200, 401, 401, 401]);
  const shots = barrageOf(genuine);
  const mishaps: Promise<void>[] = [];
  const restart = async () => {
    await program.kill();
    program = await start();
  };
  try {
    const { accepted, surprises } = await fire(shots, url, (fired) => {
      if (fired === Math.floor(shots.length / 3)) mishaps.push(restart());
      if (fired === Math.floor(shots.length * 2 / 3)) mishaps.push(midway());
    });
    await Promise.all(mishaps);
    assert.deepEqual(surprises, []);
    assert.equal(accepted.size, genuine);
  } finally {
    await program.goOn();
    await program.ended();
  }
  await withOpen(connection, (db) => assertStored(db, genuine));
}

// A server that loses nothing it confirmed, as in production.
const settings = { synchronous_commit: "on" };

Deno.test("a barrage at a receiver that is killed, on a server that crashes", async () => {
  const cluster = await Cluster.start({ settings });
  try {
    await survive({ kind: "url", url: cluster.url() }, SOAK ? 10_000 : 300, async () => {
      await cluster.stopImmediate();
      await cluster.resume();
    });
  } finally {
    await cluster.remove();
  }
});

if (SOAK) {
  Deno.test("the same through PgBouncer", async () => {
    const cluster = await Cluster.start({ settings });
    try {
      // By default it looks for the server again after 15 seconds.
      await using bouncer = await PgBouncer.start(cluster.address, { server_login_retry: "1" });
      const url = urlOf({ ...cluster.address, port: bouncer.port }, "postgres");
      await survive({ kind: "url", url }, 10_000, async () => {
        await cluster.stopImmediate();
        await cluster.resume();
      });
    } finally {
      await cluster.remove();
    }
  });

  Deno.test("a barrage at a receiver with the embedded database", async () => {
    const { withPglite } = await import("../support/databases.ts");
    await withPglite("oura", async (db) => {
      await fill(db);
      const { app } = serve(db, {
        now: () => new Date(),
        enqueue: async (tx, userIds) => {
          await tx.queryRaw("INSERT INTO jobs SELECT unnest($1::text[])", [userIds]);
        },
      });
      const server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        (request, info) => app.fetch(request, info),
      );
      const genuine = 2_000;
      const { accepted, surprises } = await fire(
        barrageOf(genuine),
        `http://127.0.0.1:${server.addr.port}`,
      );
      await server.shutdown();
      assert.deepEqual([accepted.size, surprises], [genuine, []]);
      await assertStored(db, genuine);
    }, { migrated: true });
  });

  Deno.test("the embedded database, killed with its receiver", async () => {
    await using temporary = await temporaryDirectory();
    const connection = { kind: "embedded", directory: `${temporary.path}/database` } as const;
    await survive(connection, 1_000, () => Promise.resolve());
  });
}
