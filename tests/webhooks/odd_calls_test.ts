/** Signed calls as Oura might send them one day, and calls of those who want to harm the receiver. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { wearersWithDueEvents } from "../../lib/db/store/jobs/waiting_events.ts";
import { createReceiverApp } from "../../server/webhooks/app.ts";
import { Tally } from "../../server/webhooks/tally.ts";
import { RemoteLimit } from "../../server/remote_limit.ts";
import { forEachDatabase } from "../support/databases.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { eventOf, NOW, SECRET, serve, signIn, STAMP, storedEvents } from "./support.ts";

/** A signed call with these bytes as its body. */
function signed(body: string | Uint8Array<ArrayBuffer>) {
  const signature = createHmac("sha256", SECRET).update(STAMP).update(body).digest("hex");
  return { body, headers: { "x-oura-signature": signature, "x-oura-timestamp": STAMP } };
}

const json = (value: unknown) => signed(JSON.stringify(value));

forEachDatabase(
  "a part that is no event keeps the others out neither once nor for ever",
  async (db) => {
    await signIn(db, "wearer-1");
    const tally = new Tally();
    const { app } = serve(db, { tally });
    const post = async (call: ReturnType<typeof signed>, path = "/webhook") =>
      (await app.request(path, { method: "POST", ...call })).status;
    const good = eventOf({ object_id: "good" });
    const bad = [7, null, [good], eventOf({ user_id: "" }), eventOf({ object_id: "half \ud800" })];
    assert.equal(await post(json([...bad, good])), 200);
    assert.equal(tally.counts.unreadable, bad.length);
    for (const each of bad) assert.equal(await post(json([each])), 400);
    // The same at the address of one kind.
    const other = eventOf({ object_id: "other", data_type: "workout" });
    const here = eventOf({ object_id: "here" });
    assert.equal(await post(json([other, here]), "/webhook/update/daily_sleep"), 200);
    assert.equal(await post(json([other]), "/webhook/update/daily_sleep"), 400);
    assert.deepEqual(await storedEvents(db), [
      "wearer-1 update daily_sleep good pending",
      "wearer-1 update daily_sleep here pending",
    ]);
  },
);

forEachDatabase(
  "what a database cannot hold beside an event is left out, not the event",
  async (db) => {
    await signIn(db, "wearer-1");
    const { app } = serve(db);
    const odd: Record<string, unknown> = {
      nul: { note: "a\0b" },
      half: { note: { text: "\udc00" } },
      name: { "a\0": 1 },
      plain: { note: "\\u0000 spelled out" },
    };
    for (const [id, more] of Object.entries(odd)) {
      const call = json({ ...eventOf({ object_id: id }), ...more as object });
      assert.equal((await app.request("/webhook", { method: "POST", ...call })).status, 200, id);
    }
    const deep = JSON.stringify({ ...eventOf({ object_id: "deep" }), more: "MORE" })
      .replace('"MORE"', "[".repeat(200_000) + "]".repeat(200_000));
    const { status } = await app.request("/webhook", { method: "POST", ...signed(deep) });
    assert.ok(status === 200 || status === 400, `${status}`);
    const { rows } = await db.query<{ object_id: string; keys: number }>(
      `SELECT object_id, (SELECT count(*)::int FROM json_object_keys(payload)) AS keys
      FROM oura.webhook_events WHERE object_id <> 'deep' ORDER BY object_id`,
    );
    assert.deepEqual(rows.map(({ object_id, keys }) => [object_id, keys]), [
      ["half", 5],
      ["name", 5],
      ["nul", 5],
      ["plain", 6],
    ]);
  },
);

forEachDatabase(
  "a call with thousands of wearers is stored, with jobs for the first ones",
  async (db) => {
    const ids = Array.from({ length: 3_000 }, (_, n) => `w-${n}`);
    await signIn(db, ...ids);
    const { send, jobs } = serve(db);
    const response = await send(ids.map((user_id) => eventOf({ user_id })));
    assert.deepEqual([response.status, await response.json()], [200, { received: ids.length }]);
    assert.equal(jobs.length, 50);
    assert.equal((await wearersWithDueEvents(db, NOW, 10_000)).length, ids.length);
  },
);

forEachDatabase("the type and the encoding that a call claims decide nothing", async (db) => {
  await signIn(db, "wearer-1");
  const pipeline = shippedPipeline(db.schema);
  const app = createReceiverApp({
    db,
    pipeline,
    clientSecret: SECRET,
    publicUrl: null,
    webhookToken: null,
    metricsToken: null,
    enqueue: () => Promise.resolve(),
    now: () => NOW,
  });
  const claims = [
    { "content-type": "text/plain; charset=utf-16" },
    { "content-type": "multipart/form-data" },
    { "content-encoding": "gzip" },
    { "content-length": "not a number" },
  ];
  for (const claim of claims) {
    const { body, headers } = json(eventOf());
    const call = { method: "POST", body, headers: { ...headers, ...claim } };
    assert.equal((await app.request("/webhook", call)).status, 200, JSON.stringify(claim));
  }
  const utf16 = new Uint8Array(new Uint16Array([..."{}"].map((char) => char.charCodeAt(0))).buffer);
  for (const body of [utf16, new Uint8Array([0xff, 0xfe]), new Uint8Array([0x1f, 0x8b, 8, 0])]) {
    const { status } = await app.request("/webhook", { method: "POST", ...signed(body) });
    assert.equal(status, 400);
  }
  assert.equal((await storedEvents(db)).length, 1);
});

forEachDatabase("a body of the largest size is taken, one byte more is not", async (db) => {
  await signIn(db, "wearer-1");
  const { app } = serve(db);
  const text = JSON.stringify(eventOf());
  const fitting = text + " ".repeat(1_048_576 - text.length);
  const post = async (body: string) =>
    (await app.request("/webhook", { method: "POST", ...signed(body) })).status;
  assert.equal(await post(fitting), 200);
  assert.equal(await post(`${fitting} `), 413);
});

forEachDatabase("of a body that comes too slowly nothing more is read", async (db) => {
  const { app } = serve(db, { limits: { bodyMs: 50 } });
  let isCancelled = false;
  const slow = new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel: () => void (isCancelled = true),
  });
  const headers = { "x-oura-signature": "0".repeat(64), "x-oura-timestamp": STAMP };
  assert.equal(
    (await app.request("/webhook", { method: "POST", headers, body: slow })).status,
    408,
  );
  assert.ok(isCancelled);
});

Deno.test("a clock that is set back by a day shuts no sender out for a day", () => {
  const limit = new RemoteLimit(2, 1);
  const tomorrow = NOW.getTime() + 86_400_000;
  for (let n = 0; n < 2; n++) limit.count("a", tomorrow);
  assert.ok(limit.waitSeconds("a", tomorrow) > 0);
  assert.equal(limit.waitSeconds("a", NOW.getTime()), 0);
  for (let n = 0; n < 2; n++) limit.count("a", NOW.getTime());
  assert.equal(limit.waitSeconds("a", NOW.getTime()), 1);
});
