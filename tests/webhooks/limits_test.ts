/** What anyone may send a receiver: its limits, and its answers while the database is away. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { jobServerProblem } from "../../lib/db/driver/postgres/server_check.ts";
import { Gate } from "../../server/webhooks/limits.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { withPostgres } from "../support/server_database.ts";
import { eventOf, NOW, serve, type Served, signIn, storedEvents } from "./support.ts";

const migrated = { migrated: true };

Deno.test("a remote that forges is refused unread, and no other", () =>
  withPostgres("oura", async (db) => {
    let now = NOW;
    const { send, get } = serve(db, {
      limits: { forgeries: 3, forgeriesPerSecond: 1 },
      now: () => now,
    });
    const forged = { secret: "guess", remote: "198.51.100.9" };
    assert.equal((await send(eventOf(), forged)).status, 401);
    assert.equal((await send(eventOf(), forged)).status, 401);
    assert.equal((await send(eventOf(), forged)).status, 401);
    const refused = await send(eventOf(), forged);
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "1"]);
    assert.equal((await send(eventOf(), { remote: "198.51.100.10" })).status, 200);
    now = new Date(NOW.getTime() + 1000);
    assert.equal((await send(eventOf(), { remote: forged.remote })).status, 200);
    for (let i = 0; i < 3; i++) await get("/webhook", { verification_token: "guess" });
    assert.equal((await get("/webhook", { verification_token: "guess" })).status, 429);
  }, migrated));

Deno.test("behind a proxy on this machine, the remote is what the proxy says", () =>
  withPostgres("oura", async (db) => {
    const { app } = serve(db, { limits: { forgeries: 1, forgeriesPerSecond: 0.001 } });
    const ask = async (peer: string, forwarded: string) =>
      (await app.request("/webhook", { headers: { "x-forwarded-for": forwarded } }, {
        remoteAddr: { hostname: peer },
      })).status;
    assert.equal(await ask("127.0.0.1", "198.51.100.1"), 401);
    assert.equal(await ask("127.0.0.1", "198.51.100.2"), 401);
    assert.equal(await ask("127.0.0.1", "198.51.100.3, 198.51.100.1"), 429);
    // From afar, the header is the sender's own word.
    assert.equal(await ask("203.0.113.5", "198.51.100.4"), 401);
    assert.equal(await ask("203.0.113.5", "198.51.100.5"), 429);
    // One sender of IPv6 has a whole network of addresses.
    assert.equal(await ask("2001:db8:1:2:3:4:5:6", ""), 401);
    assert.equal(await ask("2001:db8:1:2:ffff::1", ""), 429);
    assert.equal(await ask("2001:db8:1:3::1", ""), 401);
    assert.equal(await ask("2001:db8::1", ""), 401);
    assert.equal(await ask("2001:db8::2", ""), 429);
    // Some proxies name the port, too, which is another one for each call.
    assert.equal(await ask("::ffff:10.0.0.1", "198.51.100.7:40001"), 401);
    assert.equal(await ask("::ffff:10.0.0.1", "198.51.100.7:40002"), 429);
  }, migrated));

Deno.test("a gate lets a number in, and the next when one leaves", () => {
  const gate = new Gate(2);
  const leave = gate.enter();
  assert.ok(leave && gate.enter());
  assert.equal(gate.enter(), null);
  leave();
  assert.ok(gate.enter());
});

Deno.test("a body is bounded in bytes and in time", () =>
  withPostgres("oura", async (db) => {
    const { app, send } = serve(db, { limits: { bodyBytes: 1_000, bodyMs: 50 } });
    const headers = { "x-oura-signature": "0".repeat(64), "x-oura-timestamp": "1" };
    const post = async (body: BodyInit) =>
      (await app.request("/webhook", { method: "POST", headers, body })).status;
    assert.equal(await post("x".repeat(1_001)), 413);
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(400)),
    });
    assert.equal(await post(endless), 413);
    assert.equal(await post(new ReadableStream({ start: () => {} })), 408);
    assert.equal((await send(eventOf())).status, 200);
  }, migrated));

/** Holds the table until the body ends, as maintenance would. */
async function whileLocked(url: string, body: () => Promise<void>): Promise<void> {
  const other = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
  try {
    await other.transaction(async (tx) => {
      await tx.exec("LOCK TABLE oura.webhook_events");
      await body();
    });
  } finally {
    await other.close();
  }
}

/** Why each of some calls at once was refused; undefined for one that was not. */
const refusals = async (served: Served, calls: number): Promise<(string | undefined)[]> =>
  await Promise.all(Array.from({ length: calls }, async (_, i) => {
    const response = await served.send(eventOf({ object_id: `document-${i}` }));
    const { refused } = await response.json();
    assert.equal(response.status, refused === undefined ? 200 : 503);
    assert.equal(response.headers.has("retry-after"), refused !== undefined);
    return refused;
  }));

Deno.test("while the database does not store, the answer is 503 in time; then it stores again", () =>
  withPostgres("oura", async (db: Database, url) => {
    await signIn(db, "wearer-1");
    const served = serve(db, { limits: { storeMs: 200, inFlight: 6 } });
    await whileLocked(url, async () => {
      const many = await refusals(served, 8);
      assert.deepEqual(many.toSorted(), [...Array(2).fill("busy"), ...Array(6).fill("not stored")]);
      // What the database has not ended yet still counts: nothing piles up behind it.
      assert.deepEqual(await refusals(served, 1), ["busy"]);
      // It is cancelled while the lock is still held.
      while ((await refusals(served, 1))[0] === "busy") await sleep(50);
    });
    while ((await refusals(served, 1))[0] !== undefined) await sleep(50);
    const stored = await storedEvents(db);
    assert.equal(new Set(stored).size, stored.length);
  }, migrated));

Deno.test("a job queue needs PostgreSQL 13", () => {
  assert.match(jobServerProblem(120_022)!, /PostgreSQL 12/);
  assert.equal(jobServerProblem(130_000), null);
});
