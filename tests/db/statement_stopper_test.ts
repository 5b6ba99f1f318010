/** Statements that hold up a run which is being stopped. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { makeCertificates } from "../support/certificates.ts";
import { asSuperuser, Cluster, SUPERUSER } from "../support/postgres.ts";

const certificates = await (async () => {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-stop-" });
  try {
    return await makeCertificates(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
})();

/** Takes plain connections over TCP and its socket, and TLS. */
const server = await Cluster.start({
  files: { "server.pem": certificates.serverCertificate, "server.key": certificates.serverKey },
  settings: {
    ssl: "on",
    ssl_cert_file: "{directory}/server.pem",
    ssl_key_file: "{directory}/server.key",
  },
});
await asSuperuser(server.address, ["CREATE TABLE contended (id int)"]);

const REASON = new Error("asked to stop");

function open(url: string): Promise<Database> {
  return openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 2 });
}

/** Runs `body` while another session holds the table. */
async function whileLocked(body: () => Promise<void>): Promise<void> {
  const other = await open(server.url());
  try {
    await other.transaction(async (tx) => {
      await tx.exec("LOCK TABLE contended");
      await body();
    });
  } finally {
    await other.close();
  }
}

/** Waits until a session waits for a lock. */
async function someoneWaits(): Promise<void> {
  const watcher = await open(server.url());
  const sql = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
  while ((await watcher.query(sql)).rowCount === 0);
  await watcher.close();
}

const { directory, port } = server.address;
const WAYS = {
  "over TCP": server.url(),
  "over TLS": server.url(SUPERUSER, "sslmode=require"),
  "through the socket": `postgres://${SUPERUSER}@/${SUPERUSER}?host=${directory}&port=${port}`,
};

for (const [way, url] of Object.entries(WAYS)) {
  Deno.test(`a statement that waits for a lock is cancelled ${way}`, async () => {
    const db = await open(url);
    try {
      await whileLocked(async () => {
        for (const inTransaction of [false, true]) {
          const stop = new AbortController();
          using _ = db.endStatementsOn!(stop.signal);
          const sql = "INSERT INTO contended VALUES (1)";
          const blocked = inTransaction ? db.transaction((tx) => tx.exec(sql)) : db.query(sql);
          const rejected = assert.rejects(blocked, REASON);
          await someoneWaits();
          stop.abort(REASON);
          await rejected;
          const { rows } = await db.query("SELECT 1 AS one");
          assert.deepEqual(rows, [{ one: 1 }], "the database can be used after it");
        }
      });
      assert.deepEqual((await db.query("SELECT * FROM contended")).rows, []);
    } finally {
      await db.close();
    }
  });
}

Deno.test("where the server cannot be asked, the connection is cut", async () => {
  const way = relay(port);
  const db = await open(server.url().replace(`:${port}/`, `:${way.port}/`));
  try {
    await whileLocked(async () => {
      const stop = new AbortController();
      using _ = db.endStatementsOn!(stop.signal);
      const rejected = assert.rejects(db.query("INSERT INTO contended VALUES (1)"), REASON);
      await someoneWaits();
      way.close();
      stop.abort(REASON);
      await rejected;
    });
  } finally {
    await db.close();
    way.close();
  }
});

Deno.test("statements that end by themselves are left alone", async () => {
  const db = await open(server.url());
  try {
    const stop = new AbortController();
    using _ = db.endStatementsOn!(stop.signal);
    stop.abort(REASON);
    // Longer together than one of them may take.
    await db.transaction(async (tx) => {
      for (let i = 0; i < 8; i++) await tx.query("SELECT pg_sleep(0.2)");
    });
  } finally {
    await db.close();
  }
});

Deno.test("a statement cancelled by another hand is a failure of its own", async () => {
  const db = await open(server.url());
  try {
    using _ = db.endStatementsOn!(new AbortController().signal);
    await assert.rejects(
      db.transaction(async (tx) => {
        await tx.exec("SET LOCAL statement_timeout = 50");
        await tx.exec("SELECT pg_sleep(30)");
      }),
      { code: "DATABASE_TIMEOUT" },
    );
  } finally {
    await db.close();
  }
});

/** Leads connections to a port of this machine, until it is closed to new ones. */
function relay(target: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accept = async () => {
    for await (const client of listener) {
      const onward = await Deno.connect({ hostname: "127.0.0.1", port: target });
      client.readable.pipeTo(onward.writable).catch(() => {});
      onward.readable.pipeTo(client.writable).catch(() => {});
    }
  };
  void accept();
  let open = true;
  return {
    port: listener.addr.port,
    close() {
      if (open) listener.close();
      open = false;
    },
  };
}
