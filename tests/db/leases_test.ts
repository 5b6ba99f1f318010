import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Database } from "../../lib/db/driver/database.ts";
import { acquireLeases, type LeaseOptions } from "../../lib/db/store/leases.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { forEachDatabase, withPostgres } from "../support/databases.ts";

const alive = () => Promise.resolve("alive" as const);
const dead = () => Promise.resolve("dead" as const);
const take = (db: Database, holder: string, types: string[], more: Partial<LeaseOptions> = {}) =>
  acquireLeases(db, "w", types, { holder, ...more });

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function rows(db: Database) {
  const { rows } = await db.query<{ data_type: string; holder: string; expires_at: Date }>(
    "SELECT data_type, holder, expires_at FROM oura.sync_leases ORDER BY 1",
  );
  return rows;
}

/** Pretends that a lease was not renewed in time. */
const expire = (db: Database) =>
  db.exec(
    "UPDATE oura.sync_leases SET expires_at = now() - interval '1 second'",
  );

forEachDatabase("free leases are taken, and given back at the end", async (db) => {
  const leases = await take(db, "a", ["sleep", "workout"]);
  assert.deepEqual([...leases.held].sort(), ["sleep", "workout"]);
  assert.deepEqual(leases.busy, []);
  assert.equal(await leases.stillHeld(db, "sleep"), true);
  leases.release("sleep");
  assert.deepEqual([...leases.held], ["workout"]);
  await leases[Symbol.asyncDispose]();
  assert.deepEqual(await rows(db), []);
});

forEachDatabase("a lease given back early is free with the next renewal", async (db) => {
  await using leases = await take(db, "a", ["sleep", "workout"], { ttlSeconds: 1 });
  leases.release("sleep");
  await until(async () => (await rows(db)).length === 1);
  assert.equal(await leases.stillHeld(db, "sleep"), false);
  assert.equal(await leases.stillHeld(db, "workout"), true);
});

forEachDatabase("what another live process holds is left out, and named", async (db) => {
  await using first = await take(db, "a", ["sleep"]);
  await using second = await take(db, "b", ["sleep", "workout"], { lifeOf: alive });
  assert.deepEqual([...second.held], ["workout"]);
  assert.deepEqual(second.busy.map(({ dataType, holder }) => [dataType, holder]), [["sleep", "a"]]);
  assert.ok(second.busy[0]!.expires > second.busy[0]!.since);
  assert.equal(await first.stillHeld(db, "sleep"), true);
  assert.equal(await second.stillHeld(db, "sleep"), false);
}, { otherSchema: true });

forEachDatabase(
  "waiting for an unknown holder can be called off, and leaves nothing",
  async (db) => {
    await using _ = await take(db, "a", ["sleep"]);
    const controller = new AbortController();
    const reason = new Error("stopped");
    const lifeOf = () => {
      controller.abort(reason);
      return Promise.resolve("unknown" as const);
    };
    const { signal } = controller;
    await assert.rejects(
      take(db, "b", ["sleep", "workout"], { lifeOf, signal }),
      (error) => error === reason,
    );
    assert.deepEqual((await rows(db)).map(({ holder }) => holder), ["a"]);
  },
);

forEachDatabase("the leases of different wearers do not meet", async (db) => {
  await using _ = await take(db, "a", ["sleep"]);
  await using other = await acquireLeases(db, "w2", ["sleep"], { holder: "b" });
  assert.deepEqual([...other.held], ["sleep"]);
});

forEachDatabase("an expired lease is taken over, and its former holder knows", async (db) => {
  await using first = await take(db, "a", ["sleep"]);
  await expire(db);
  await using second = await take(db, "b", ["sleep"]);
  assert.deepEqual([...second.held], ["sleep"]);
  assert.equal(await first.stillHeld(db, "sleep"), false);
  assert.equal(await second.stillHeld(db, "sleep"), true);
});

forEachDatabase("the leases of a holder known to be dead are taken over at once", async (db) => {
  await using _ = await take(db, "a", ["sleep", "workout"], { ttlSeconds: 3_600 });
  await using second = await take(db, "b", ["sleep"], { lifeOf: dead });
  assert.deepEqual([...second.held], ["sleep"]);
  assert.deepEqual((await rows(db)).map(({ holder }) => holder), ["b"]);
});

forEachDatabase("a lease is renewed for as long as it is held", async (db) => {
  await using _ = await take(db, "a", ["sleep"], { ttlSeconds: 1 });
  const [before] = await rows(db);
  await until(async () => (await rows(db))[0]!.expires_at > before!.expires_at);
});

forEachDatabase(
  "an unknown holder is waited for until it renews or its lease expires",
  async (db) => {
    {
      await using _ = await take(db, "renewing", ["sleep"], { ttlSeconds: 1 });
      await using second = await take(db, "b", ["sleep"]);
      assert.deepEqual(second.busy.map(({ holder }) => holder), ["renewing"]);
    }
    await db.query(
      "INSERT INTO oura.sync_leases (user_id, data_type, holder, expires_at) VALUES ('w', 'sleep', 'gone', clock_timestamp() + interval '1 second')",
    );
    await using third = await take(db, "c", ["sleep"]);
    assert.deepEqual([...third.held], ["sleep"]);
  },
);

forEachDatabase(
  "a holder learns that its lease went to another process, and does not remove it",
  async (db) => {
    const lost: string[][] = [];
    const first = await take(db, "a", ["sleep", "workout"], {
      ttlSeconds: 1,
      onLost: (dataTypes) => lost.push(dataTypes),
    });
    await db.exec(
      "UPDATE oura.sync_leases SET holder = 'b' WHERE data_type = 'sleep'",
    );
    await until(() => lost.length > 0);
    assert.deepEqual(lost, [["sleep"]]);
    assert.deepEqual([...first.held], ["workout"]);
    await first[Symbol.asyncDispose]();
    assert.deepEqual((await rows(db)).map(({ holder }) => holder), ["b"]);
  },
);

Deno.test("a lease cannot change hands while the ledger is being written", async () => {
  await withPostgres("oura", async (db) => {
    await migrate(db);
    await using first = await take(db, "a", ["sleep"]);
    await expire(db);
    const order: string[] = [];
    const second = await db.transaction(async (tx) => {
      assert.equal(await first.stillHeld(tx, "sleep"), true);
      const taking = take(db, "b", ["sleep"]).then((leases) => {
        order.push("taken over");
        return leases;
      });
      await until(async () => {
        const { rows } = await db.query(
          `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
          WHERE NOT granted AND datname = current_database()`,
        );
        return rows.length > 0;
      });
      order.push("written");
      return { taking };
    });
    await using leases = await second.taking;
    assert.deepEqual(order, ["written", "taken over"]);
    assert.deepEqual([...leases.held], ["sleep"]);
  });
});

Deno.test("of two processes one gets the lease; when it is killed, the other does", async () => {
  await withPostgres("oura", async (db, url) => {
    await migrate(db);
    const first = spawn(url, "a");
    assert.deepEqual(await first.got(), { held: ["sleep"], busy: [] });
    const second = spawn(url, "b");
    assert.deepEqual(await second.got(), { held: [], busy: ["sleep"] });
    await second.end();
    first.process.kill("SIGKILL");
    await first.end();
    const third = spawn(url, "c");
    assert.deepEqual(await third.got(), { held: ["sleep"], busy: [] });
    await third.end();
    assert.deepEqual(await rows(db), []);
  });
});

function spawn(url: string, holder: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(import.meta.resolve("./lease_program.ts"))]
      .concat([url, "oura", "sleep", "1", holder]),
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    process,
    got: async () => JSON.parse((await reader.read()).value!),
    end: async () => {
      await process.stdin.close().catch(() => {});
      await reader.cancel();
      await process.status;
    },
  };
}
