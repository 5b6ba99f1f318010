/** Workers as processes: killed, and their server restarted, while events come in. None is lost. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { signInUnattended } from "../../commands/demo/sign_in.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { storeEvents } from "../../lib/db/store/jobs/events.ts";
import { generateTokenKey } from "../../lib/db/vault/token_key.ts";
import { loadSettings } from "../../config/environment/settings.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import type { WearerQueue } from "../../server/worker/queue.ts";
import { type RunningSimulator, serveSimulator, truth } from "../../simulator/mod.ts";
import { PgBouncer } from "../faults/support/pgbouncer.ts";
import { Cluster, urlOf } from "../support/postgres.ts";
import { SOAK } from "../support/soak.ts";
import { canonical, stored } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { until } from "./support.ts";
import { QUICK_WASM } from "../support/quick_wasm.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const WEARERS = Array.from({ length: 6 }, (_, index) => `wearer-${index}`);
const TYPES = ["sleep", "daily_sleep", "daily_readiness", "daily_spo2", "workout"] as const;
const DAYS = SOAK ? 60 : 8;

/** Starts a worker as a process of its own, and waits until it runs: a start needs its database. */
async function startWorker(
  directory: string,
  env: Record<string, string>,
): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", MAIN, "worker", "--sync-every", "never"],
    cwd: directory,
    env: { ...QUICK_WASM, ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const running = Promise.withResolvers<void>();
  let said = "";
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (said.includes("The worker is running")) running.resolve();
    }
    running.reject(new Error(`the worker ended at its start: ${said}`));
  })();
  reading.catch(() => {});
  await running.promise;
  return child;
}

async function kill(worker: Deno.ChildProcess): Promise<void> {
  worker.kill("SIGKILL");
  await worker.status;
}

function documentsOf(oura: RunningSimulator, user: string, type: typeof TYPES[number]) {
  return [...truth(oura.world, { user, type, from: "2000-01-01", to: "2100-01-01" })];
}

/** Stores an event with its job as the receiver does; Oura sends again what could not be stored. */
async function deliver(
  db: Database,
  queue: WearerQueue,
  event: { userId: string; dataType: string; objectId: string },
): Promise<void> {
  const eventTime = new Date().toISOString();
  await until(() =>
    db.transaction(async (tx) => {
      const received = { ...event, eventType: "create", eventTime, payload: {}, isKnown: true };
      const { wearers } = await storeEvents(tx, [received], new Date());
      await queue.ask(tx, wearers, "events");
      return true;
    }).catch(() => false)
  );
}

async function survive(cluster: Cluster, url: string): Promise<void> {
  await using directory = await temporaryDirectory();
  const oura = serveSimulator({ users: WEARERS.map((id) => ({ id, zone: "UTC" })), days: DAYS });
  const env = {
    DATABASE_URL: url,
    OURA_CLIENT_ID: "sim-app",
    OURA_CLIENT_SECRET: "sim-secret",
    OURA_API_URL: oura.url,
    OURA_AUTHORIZE_URL: `${oura.url}/oauth/v2/ext/oauth-authorize`,
    OURA_TOKEN_URL: `${oura.url}/oauth/v2/ext/oauth-token`,
    OURA_REVOKE_URL: `${oura.url}/oauth/v2/ext/oauth-revoke`,
    OURA_DATA_DIR: directory.path,
    OURA_TOKEN_KEY: generateTokenKey().toBase64(),
    LOG_LEVEL: "error",
  };
  const db = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
  try {
    await migrate(db);
    for (const user of WEARERS) {
      oura.simulator.oauth.plan = { user };
      assert.equal(await signInUnattended(loadSettings(env), db), user);
    }
    oura.simulator.faults.add({ kind: "latency", delayMs: 40 });
    const workers = await Promise.all([
      startWorker(directory.path, env),
      startWorker(directory.path, env),
    ]);
    await using queue = await openBossQueue({ db, runs: false });
    const events = WEARERS.flatMap((userId) =>
      TYPES.flatMap((dataType) =>
        documentsOf(oura, userId, dataType).map(({ key }) => ({ userId, dataType, objectId: key }))
      )
    ).sort(() => Math.random() - 0.5);
    for (const [index, event] of events.entries()) {
      await deliver(db, queue, event);
      if (index === Math.floor(events.length / 4) || index === Math.floor(events.length * 3 / 4)) {
        await until(() => oura.stats.requests > 30);
        await kill(workers[0]!);
        workers[0] = await startWorker(directory.path, env);
      }
      if (index === Math.floor(events.length / 2)) {
        await cluster.stopImmediate();
        await cluster.resume();
      }
    }
    await until(async () => {
      const { rows } = await db.query("SELECT 1 FROM oura.webhook_events WHERE state = 'pending'");
      return rows.length === 0;
    });
    for (const worker of workers) worker.kill("SIGTERM");
    for (const worker of workers) assert.equal((await worker.status).code, 0);
    const { rows } = await db.query("SELECT DISTINCT state FROM oura.webhook_events");
    assert.deepEqual(rows, [{ state: "done" }]);
    for (const userId of WEARERS) {
      for (const type of TYPES) {
        const expected = documentsOf(oura, userId, type).map(({ body }) => canonical(body));
        assert.deepEqual(await stored(db, type, userId), new Set(expected), `${userId} ${type}`);
      }
    }
  } finally {
    await db.close();
    await oura.close();
  }
}

// A server that loses nothing it confirmed, as in production.
const settings = { synchronous_commit: "on" };

Deno.test("workers that are killed, on a server that crashes, lose no event", async () => {
  const cluster = await Cluster.start({ settings });
  try {
    await survive(cluster, cluster.url());
  } finally {
    await cluster.remove();
  }
});

if (SOAK) {
  Deno.test("the same through PgBouncer", async () => {
    const cluster = await Cluster.start({ settings });
    try {
      await using bouncer = await PgBouncer.start(cluster.address, { server_login_retry: "1" });
      await survive(cluster, urlOf({ ...cluster.address, port: bouncer.port }, "postgres"));
    } finally {
      await cluster.remove();
    }
  });
}
