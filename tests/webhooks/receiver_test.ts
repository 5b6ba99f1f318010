/** What the receiver accepts, and what it refuses. */
import assert from "node:assert/strict";
import { callbackUrl, verificationToken } from "../../lib/oura/webhooks/callback.ts";
import { signedCall } from "../../simulator/mod.ts";
import { secondsOff } from "../../server/webhooks/stamp.ts";
import { forEachDatabase, withPglite } from "../support/databases.ts";
import { eventOf, NOW, PUBLIC_URL, SECRET, serve, signIn, STAMP, storedEvents } from "./support.ts";
import type { Served } from "./support.ts";
import { Tally } from "../../server/webhooks/tally.ts";

const KIND = { eventType: "update", dataType: "daily_sleep" };
const PAIR_PATH = "/webhook/update/daily_sleep";
const seconds = (off: number) => String(Math.floor(NOW.getTime() / 1000) + off);

/** Status and body of an answer. */
async function answer(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()];
}

const onPglite = (body: (served: Served, db: Parameters<typeof serve>[0]) => Promise<void>) => () =>
  withPglite("oura", (db) => body(serve(db), db), { migrated: true });

forEachDatabase(
  "a signed event is stored with its job, and its repetition does nothing",
  async (db) => {
    await signIn(db, "wearer-1");
    const { send, jobs } = serve(db);
    assert.deepEqual(await answer(await send(eventOf())), [200, { received: 1 }]);
    assert.equal((await send(eventOf(), { path: PAIR_PATH, stamp: seconds(3) })).status, 200);
    assert.deepEqual(await storedEvents(db), ["wearer-1 update daily_sleep document-1 pending"]);
    assert.deepEqual(jobs, ["wearer-1"]);
  },
);

forEachDatabase("an event is not stored without its job", async (db) => {
  await signIn(db, "wearer-1");
  const { send } = serve(db, { enqueue: () => Promise.reject(new Error("no queue")) });
  const response = await send(eventOf());
  assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "30"]);
  assert.deepEqual(await storedEvents(db), []);
});

forEachDatabase("an array is stored whole, one job for each wearer", async (db) => {
  await signIn(db, "wearer-1", "wearer-2");
  const { send, jobs } = serve(db);
  const events = [
    eventOf(),
    eventOf({ object_id: "document-2" }),
    eventOf(),
    eventOf({ user_id: "wearer-2" }),
    eventOf({ user_id: "wearer-3", data_type: "workout", event_type: "delete" }),
  ];
  assert.deepEqual(await answer(await send(events)), [200, { received: 5 }]);
  assert.deepEqual(
    (await storedEvents(db)).toSorted(),
    [
      "wearer-1 update daily_sleep document-1 pending",
      "wearer-1 update daily_sleep document-2 pending",
      "wearer-2 update daily_sleep document-1 pending",
      "wearer-3 delete workout document-1 aside",
    ].toSorted(),
  );
  assert.deepEqual(jobs.toSorted(), ["wearer-1", "wearer-2"]);
  assert.deepEqual(await answer(await send([])), [200, { received: 0 }]);
});

Deno.test(
  "forgeries are refused and store nothing",
  onPglite(async ({ send, post }, db) => {
    const good = await signedCall(eventOf(), SECRET, STAMP);
    const header = (change: Record<string, string>) => ({
      ...good,
      headers: { ...good.headers, ...change },
    });
    const { "x-oura-signature": signature, ...unsigned } = good.headers;
    const { "x-oura-timestamp": _, ...unstamped } = good.headers;
    const forgeries = [
      { ...good, headers: unsigned },
      { ...good, headers: unstamped },
      header({ "x-oura-timestamp": seconds(0) }),
      header({ "x-oura-signature": "" }),
      header({ "x-oura-signature": "0".repeat(64) }),
      header({ "x-oura-signature": signature!.slice(2) }),
      { ...good, body: good.body.replace("wearer-1", "wearer-2") },
      { ...good, body: `${good.body} ` },
    ];
    for (const [i, forgery] of forgeries.entries()) {
      assert.deepEqual(await answer(await post(forgery)), [401, { refused: "not signed" }], `${i}`);
    }
    assert.equal((await send(eventOf(), { secret: "guess" })).status, 401);
    assert.deepEqual(await storedEvents(db), []);
    const lower = header({ "x-oura-signature": signature!.toLowerCase() });
    assert.equal((await post(lower)).status, 200);
  }),
);

Deno.test(
  "stamps are taken in milliseconds and seconds, within the tolerance either way",
  onPglite(async ({ send }, db) => {
    const milliseconds = (off: number) => String(NOW.getTime() + off * 1000);
    for (const stamp of [milliseconds(0), seconds(0), milliseconds(-300), milliseconds(300)]) {
      assert.equal((await send(eventOf(), { stamp })).status, 200, stamp);
    }
    await db.exec("DELETE FROM oura.webhook_events");
    const odd = ["", "now", "-1", "1e15", "0x1", "Infinity", "9".repeat(17)];
    const old = [milliseconds(-300.1), milliseconds(300.1), seconds(-301), seconds(302)];
    for (const stamp of [...odd, ...old]) {
      const response = await send(eventOf(), { stamp });
      assert.deepEqual(await answer(response), [401, { refused: "stale" }], stamp);
    }
    assert.deepEqual(await storedEvents(db), []);
  }),
);

Deno.test("secondsOff() tells seconds and milliseconds apart by their magnitude", () => {
  const now = new Date(1_790_138_126_221);
  assert.equal(secondsOff("1790138124521", now), 1.7);
  assert.equal(secondsOff("1790138126", now), 0.221);
  assert.equal(secondsOff("1790138126.221", now), 0);
  assert.equal(secondsOff("", now), null);
});

Deno.test(
  "a body must be as its address says, and an event",
  onPglite(async ({ send, post }, db) => {
    const elsewhere = { path: "/webhook/delete/daily_sleep" };
    assert.equal((await send(eventOf(), elsewhere)).status, 400);
    const call = async (body: string) =>
      await post({ ...await signed(body), body }, { path: "/webhook" });
    for (const body of ["", "no JSON", "7", "null", "{}", "[[]]", '"x"']) {
      assert.deepEqual(await answer(await call(body)), [400, { refused: "no event" }], body);
    }
    const wrong = [{ user_id: "" }, { object_id: "x".repeat(257) }, { object_id: "a\0b" }];
    for (const change of wrong) assert.equal((await send(eventOf(change))).status, 400);
    assert.deepEqual(await storedEvents(db), []);
  }),
);

/** A signed call with a body that need not be an event. */
async function signed(body: string) {
  const { createHmac } = await import("node:crypto");
  const signature = createHmac("sha256", SECRET).update(STAMP + body).digest("hex");
  return { headers: { "x-oura-signature": signature, "x-oura-timestamp": STAMP } };
}

Deno.test(
  "what Oura may add one day is kept as ignored, without a job",
  () =>
    withPglite("oura", async (db) => {
      await signIn(db, "wearer-1");
      const { send, jobs } = serve(db, { moreTypes: ["meal"] });
      await send(eventOf({ data_type: "mood" }), { path: "/webhook/update/mood" });
      await send(eventOf({ event_type: "archive" }));
      assert.deepEqual(jobs, []);
      await send(eventOf({ data_type: "meal" }));
      assert.deepEqual(jobs, ["wearer-1"]);
      assert.deepEqual((await storedEvents(db)).toSorted(), [
        "wearer-1 archive daily_sleep document-1 ignored",
        "wearer-1 update meal document-1 pending",
        "wearer-1 update mood document-1 ignored",
      ]);
    }, { migrated: true }),
);

Deno.test(
  "the handshake repeats the challenge to those who have the token of the address",
  onPglite(async ({ get }) => {
    const token = await verificationToken(callbackUrl(PUBLIC_URL, KIND), SECRET);
    const challenge = 'c-1 "<>';
    const ask = async (path: string, verification_token: string, more = {}) =>
      await answer(await get(path, { verification_token, challenge, ...more }));
    assert.deepEqual(await ask(PAIR_PATH, token), [200, { challenge }]);
    assert.deepEqual(await ask("/webhook", "token-by-hand"), [200, { challenge }]);
    const refused = [401, { refused: "wrong token" }];
    assert.deepEqual(await ask("/webhook/create/daily_sleep", token), refused);
    assert.deepEqual(await ask("/webhook", token), refused);
    assert.deepEqual(await ask(PAIR_PATH, "token-by-hand"), refused);
    assert.deepEqual(await ask(PAIR_PATH, ""), refused);
    const bad = [400, { refused: "bad challenge" }];
    assert.deepEqual(await ask(PAIR_PATH, token, { challenge: "" }), bad);
    assert.deepEqual(await ask(PAIR_PATH, token, { challenge: "c".repeat(513) }), bad);
  }),
);

Deno.test("without an address or a token by hand, no token fits", () =>
  withPglite("oura", async (db) => {
    const { get } = serve(db, { publicUrl: null, webhookToken: null });
    const token = await verificationToken(callbackUrl(PUBLIC_URL, KIND), SECRET);
    for (const path of [PAIR_PATH, "/webhook"]) {
      for (const verification_token of [token, "", "null"]) {
        assert.equal((await get(path, { verification_token, challenge: "c" })).status, 401);
      }
    }
  }, { migrated: true }));

forEachDatabase("what happens is counted", async (db) => {
  await signIn(db, "wearer-1");
  const tally = new Tally();
  const { send } = serve(db, { tally });
  await send(eventOf());
  await send([eventOf(), eventOf({ user_id: "other" }), eventOf({ data_type: "mood" })]);
  await send(eventOf(), { secret: "guess" });
  await send(eventOf(), { stamp: seconds(-999) });
  await send(eventOf(), { path: "/webhook/create/sleep" });
  assert.deepEqual(tally.counts, {
    received: 4,
    duplicate: 1,
    aside: 1,
    ignored: 1,
    forged: 1,
    stale: 1,
    unreadable: 1,
    refused: 0,
    unstored: 0,
  });
});
