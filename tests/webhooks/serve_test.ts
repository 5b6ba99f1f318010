/** `serve` as a person starts it, and what it serves besides webhooks. */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { signedCall } from "../../simulator/mod.ts";
import { createReceiverApp, type ReceiverAppOptions } from "../../server/webhooks/app.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { runInProcess } from "../support/in_process.ts";
import { putDatabase } from "../support/embedded_image.ts";
import { Run } from "../support/run.ts";
import { withPostgres } from "../support/server_database.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { eventOf, PUBLIC_URL, SECRET, signIn, storedEvents } from "./support.ts";

const METRICS_TOKEN = "a-token-for-metrics";
const migrated = { migrated: true };

function appOf(options: Pick<ReceiverAppOptions, "db"> & Partial<ReceiverAppOptions>) {
  return createReceiverApp({
    pipeline: shippedPipeline("oura"),
    clientSecret: SECRET,
    publicUrl: PUBLIC_URL,
    webhookToken: null,
    metricsToken: METRICS_TOKEN,
    enqueue: () => Promise.resolve(),
    ...options,
  });
}

Deno.test("the receiver's app answers under any host, and shows nothing of the dashboard", () =>
  withPostgres("oura", async (db) => {
    const app = appOf({ db });
    const get = async (path: string) =>
      await app.request(`https://any.example${path}`, { headers: { host: "any.example" } });
    const health = await get("/healthz");
    assert.deepEqual([health.status, await health.json()], [200, { status: "ok" }]);
    assert.equal(health.headers.get("x-content-type-options"), "nosniff");
    assert.equal(health.headers.get("cache-control"), "no-store");
    for (const path of ["/", "/api/wearers", "/assets/app.js", "/webhook/update", "/nowhere"]) {
      assert.equal((await get(path)).status, 404, path);
    }
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      assert.equal((await app.request("/webhook", { method })).status, 404, method);
    }
  }, migrated));

Deno.test("metrics are for those who have the token, wherever they call from", () =>
  withPostgres("oura", async (db) => {
    const app = appOf({ db });
    const ask = async (authorization: string) =>
      (await app.request("/metrics", { headers: { authorization } }, {
        remoteAddr: { hostname: "127.0.0.1" },
      })).status;
    assert.equal(await ask(`Bearer ${METRICS_TOKEN}`), 200);
    for (const wrong of ["", "Bearer ", "Bearer guess", `Bearer ${METRICS_TOKEN}x`]) {
      assert.equal(await ask(wrong), 404, wrong);
    }
    const closed = appOf({ db, metricsToken: null });
    for (const authorization of ["", "Bearer null"]) {
      const response = await closed.request("/metrics", { headers: { authorization } });
      assert.equal(response.status, 404);
    }
  }, migrated));

Deno.test("the pages of sign-in links keep their own policy beside the receiver", () =>
  withPostgres("oura", async (db) => {
    const pages = new Hono();
    pages.get(
      "/join/x",
      (c) => c.text("", 200, { "Content-Security-Policy": "form-action 'self'" }),
    );
    const app = appOf({ db, join: pages });
    const policy = async (path: string) =>
      (await app.request(path)).headers.get("content-security-policy");
    assert.equal(await policy("/join/x"), "form-action 'self'");
    assert.match(await policy("/webhook") ?? "", /form-action 'none'/);
  }, migrated));

Deno.test("health is bad while there is no database", () =>
  withPostgres("oura", async (_, url) => {
    const closed = await openPostgres({ kind: "url", url }, { schema: "oura" });
    await closed.close();
    assert.equal((await appOf({ db: closed }).request("/healthz")).status, 503);
  }));

Deno.test("serve names what it lacks", async () => {
  await using temporary = await temporaryDirectory();
  const base = { OURA_DATA_DIR: `${temporary.path}/data` };
  const failure = async (env: Record<string, string>, ...args: string[]) => {
    const surroundings = { directory: Deno.cwd(), env: { ...base, ...env } };
    const all = ["serve", "--env-file", "/dev/null", ...args];
    const { exitCode, err } = await runInProcess(surroundings, all);
    return [exitCode, /\[(\w+)\]/.exec(err)?.[1]];
  };
  const secret = { OURA_CLIENT_SECRET: SECRET };
  assert.deepEqual(await failure({}), [2, "WEBHOOK_SECRET_MISSING"]);
  assert.deepEqual(await failure(secret, "--port", "x"), [2, "BAD_NUMBER"]);
  assert.deepEqual(await failure(secret, "--url", "oura.example.org"), [2, "BAD_PUBLIC_URL"]);
  assert.deepEqual(await failure({ ...secret, OURA_METRICS_TOKEN: "short" }), [
    2,
    "SETTINGS_INVALID",
  ]);
});

Deno.test("serve runs the jobs of an embedded database with the rights of its task", async () => {
  await using temporary = await temporaryDirectory();
  const env = { OURA_CLIENT_ID: "app", OURA_CLIENT_SECRET: SECRET };
  const args = ["serve", "--port", "0", "--url", "http://127.0.0.1:8788"];
  await putDatabase(`${temporary.path}/data/database`);
  const program = new Run({ directory: temporary.path, env }, args);
  const [, address] = await program.says(/Receiving webhooks at (http:\S+)\/webhook/);
  await program.says(/jobs of the events run here/);
  const link = await fetch(`${address}/join/none`);
  assert.match(await link.text(), /This link is not valid/, "sign-in links need no webhooks");
  program.kill("SIGTERM");
  const { exitCode, err } = await program.end();
  assert.equal(exitCode, 0, err);
});

Deno.test("serve answers the call in progress before it ends, and logs no id and no secret", () =>
  withPostgres("oura", async (db, url) => {
    await using temporary = await temporaryDirectory();
    await signIn(db, "wearer-1");
    const env = { DATABASE_URL: url, OURA_CLIENT_SECRET: SECRET, OURA_WEBHOOK_TOKEN: "by-hand" };
    const program = new Run({ directory: temporary.path, env }, ["serve", "--port", "0"]);
    const [, address] = await program.says(/Receiving webhooks at (http:\S+)\/webhook/);
    const send = async (secret = SECRET) => {
      const call = await signedCall(eventOf(), secret, String(Date.now()));
      return await fetch(`${address}/webhook`, { method: "POST", ...call });
    };
    const query = "verification_token=by-hand&challenge=c";
    assert.equal(await (await fetch(`${address}/webhook?${query}`)).text(), '{"challenge":"c"}');
    const forged = await send("guess");
    assert.equal(forged.status, 401);
    await forged.body?.cancel();
    const other = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
    let answer: Promise<Response> | undefined;
    await other.transaction(async (tx) => {
      await tx.exec("LOCK TABLE oura.webhook_events");
      answer = send();
      // It waits for the table by now, or was refused.
      for (let waiting = 0; waiting === 0;) {
        const { rows } = await db.query<{ waiting: number }>(
          "SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        );
        waiting = rows[0]!.waiting;
      }
      program.kill("SIGTERM");
      await program.says(/Stopping/);
    });
    assert.deepEqual(await (await answer!).json(), { received: 1 });
    const { exitCode, out, err } = await program.end();
    assert.deepEqual([exitCode, out], [0, `${address}\n`]);
    await other.close();
    assert.deepEqual(await storedEvents(db), ["wearer-1 update daily_sleep document-1 pending"]);
    assert.match(err, /Received webhook events: update daily_sleep 1/);
    assert.doesNotMatch(err, new RegExp(`${SECRET}|by-hand|wearer-1|document-1`));
  }, migrated));
