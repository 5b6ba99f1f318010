/** The store of events: once each, by document, with what became of them. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import {
  type ReceivedEvent,
  settleEvents,
  storeEvents,
  takeEvents,
} from "../../lib/db/store/jobs/events.ts";
import {
  eventCounts,
  releaseAsideEvents,
  retryFailedEvents,
} from "../../lib/db/store/jobs/waiting_events.ts";
import { onServerFirst } from "../support/server_first.ts";
import { NOW, signIn, storedEvents } from "./support.ts";

const ANN = "ann";
const BEN = "ben";

function received(change: Partial<ReceivedEvent> = {}): ReceivedEvent {
  const event = {
    userId: ANN,
    dataType: "sleep",
    objectId: "d1",
    eventType: "update",
    eventTime: "2026-10-15T11:00:00Z",
    isKnown: true,
    ...change,
  };
  return { ...event, payload: { user_id: event.userId } };
}

const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const store = (db: Database, ...events: ReceivedEvent[]) => storeEvents(db, events, NOW);

onServerFirst("an event is stored once, however it is written and repeated", async (db) => {
  await signIn(db, ANN, BEN);
  const event = received({ eventTime: "2026-10-15T11:00:00.123456Z" });
  const same = { ...event, eventTime: "2026-10-15T13:00:00.123456000+02:00" };
  const others = [
    { ...event, userId: BEN },
    { ...event, dataType: "workout" },
    { ...event, objectId: "d2" },
    { ...event, eventType: "create" },
    // Nearer to each other than a millisecond.
    { ...event, eventTime: "2026-10-15T11:00:00.123457Z" },
  ];
  const first = await store(db, event, same, ...others);
  assert.deepEqual(first, {
    wearers: [ANN, BEN],
    pending: 6,
    aside: 0,
    ignored: 0,
    duplicates: 1,
  });
  assert.deepEqual(await store(db, same), { ...first, wearers: [], pending: 0 });
  assert.equal((await storedEvents(db)).length, 6);
});

onServerFirst("times that a database cannot hold are kept as texts, once each", async (db) => {
  await signIn(db, ANN);
  const odd = ["yesterday", "2026-10-15T11:00:00", "+250000-01-01T00:00:00Z"];
  for (const eventTime of [...odd, ...odd]) await store(db, received({ eventTime }));
  assert.equal((await storedEvents(db)).length, odd.length);
});

onServerFirst(
  "events of a wearer without a live sign-in wait aside until there is one",
  async (db) => {
    await signIn(db, BEN);
    await db.exec("UPDATE oura.oauth_tokens SET state = 'needs_login'");
    const stored = await store(db, received(), received({ userId: BEN }));
    assert.deepEqual([stored.wearers, stored.aside], [[], 2]);
    assert.deepEqual(await takeEvents(db, ANN, NOW, 10), []);
    assert.deepEqual(await releaseAsideEvents(db), { wearers: [], events: 0 });
    await signIn(db, ANN, BEN);
    assert.deepEqual(await releaseAsideEvents(db, BEN), { wearers: [BEN], events: 1 });
    assert.equal((await takeEvents(db, BEN, NOW, 10)).length, 1);
    assert.deepEqual(await releaseAsideEvents(db), { wearers: [ANN], events: 1 });
    assert.deepEqual(await releaseAsideEvents(db), { wearers: [], events: 0 });
  },
);

onServerFirst("events of an unknown kind are kept and never taken", async (db) => {
  await signIn(db, ANN);
  const stored = await store(db, received({ dataType: "mood", isKnown: false }));
  assert.deepEqual([stored.wearers, stored.ignored], [[], 1]);
  assert.deepEqual(await takeEvents(db, ANN, NOW, 10), []);
});

onServerFirst(
  "a burst for a document is one unit; the oldest document comes first",
  async (db) => {
    await signIn(db, ANN, BEN);
    const at = (minute: number) => `2026-10-15T11:0${minute}:00Z`;
    await storeEvents(db, [received({ objectId: "d9", eventTime: at(1) })], later(-60));
    await store(
      db,
      received({ eventType: "create", eventTime: at(1) }),
      received({ eventType: "update", eventTime: at(3) }),
      received({ eventType: "update", eventTime: at(2) }),
      received({ objectId: "d2", eventType: "create", eventTime: at(1) }),
      received({ objectId: "d2", eventType: "delete", eventTime: at(2) }),
      received({ userId: BEN }),
    );
    const units = await takeEvents(db, ANN, NOW, 10);
    assert.deepEqual(
      units.map(({ objectId, action, ids }) => [objectId, action, ids.length]).sort(),
      [["d1", "fetch", 3], ["d2", "delete", 2], ["d9", "fetch", 1]],
    );
    assert.deepEqual([units[0]!.objectId, units[0]!.receivedAt], ["d9", later(-60)]);
    assert.equal((await takeEvents(db, ANN, NOW, 2)).length, 2);
  },
);

onServerFirst("the event that happened last decides, in whatever order they came", async (db) => {
  await signIn(db, ANN);
  const deleted = received({ eventType: "delete", eventTime: "2026-10-15T11:01:00Z" });
  const created = received({ eventType: "create", eventTime: "2026-10-15T11:02:00Z" });
  const action = async () => (await takeEvents(db, ANN, NOW, 10)).map((unit) => unit.action);
  // By the clock of the receiver, which is ahead of this worker's.
  await storeEvents(db, [created], later(1));
  await storeEvents(db, [deleted], later(2));
  assert.deepEqual(await action(), ["fetch"]);
  // The later one is done already when the earlier one arrives: nothing may be deleted by it.
  await db.exec("DELETE FROM oura.webhook_events");
  await store(db, created);
  const [unit] = await takeEvents(db, ANN, NOW, 10);
  await settleEvents(db, ANN, unit!.ids, { state: "done" }, NOW);
  await storeEvents(db, [deleted], later(1));
  assert.deepEqual(await action(), ["fetch"]);
  await storeEvents(db, [{ ...deleted, eventTime: "2026-10-15T11:03:00Z" }], later(2));
  assert.deepEqual(await action(), ["delete"]);
});

onServerFirst("a retry is due at its time, and what was given up starts over", async (db) => {
  await signIn(db, ANN);
  await store(db, received());
  const [unit] = await takeEvents(db, ANN, NOW, 10);
  const retry = { state: "retry", at: later(60), error: "OURA_UNREACHABLE", isTry: true } as const;
  await settleEvents(db, ANN, unit!.ids, retry, NOW);
  assert.deepEqual(await takeEvents(db, ANN, later(59), 10), []);
  const [again] = await takeEvents(db, ANN, later(60), 10);
  assert.deepEqual([again!.ids, again!.attempts], [unit!.ids, 1]);
  assert.deepEqual(await eventCounts(db, later(60)), {
    pending: 1,
    oldestPendingSeconds: 60,
    failed: 0,
    aside: 0,
  });
  await settleEvents(db, ANN, unit!.ids, { state: "failed", error: "OURA_BAD_ANSWER" }, NOW);
  assert.deepEqual(await takeEvents(db, ANN, later(999), 10), []);
  assert.deepEqual(await eventCounts(db, NOW), {
    pending: 0,
    oldestPendingSeconds: null,
    failed: 1,
    aside: 0,
  });
  assert.deepEqual(await retryFailedEvents(db, "nobody"), { wearers: [], events: 0 });
  assert.deepEqual(await retryFailedEvents(db), { wearers: [ANN], events: 1 });
  const [last] = await takeEvents(db, ANN, later(999), 10);
  assert.equal(last!.attempts, 0);
  await settleEvents(db, ANN, last!.ids, { state: "done" }, NOW);
  // Run twice: what is settled stays settled.
  await settleEvents(db, ANN, last!.ids, retry, NOW);
  assert.deepEqual(await storedEvents(db), ["ann update sleep d1 done"]);
});

onServerFirst(
  "a new event of a document brings those along that wait for their retry",
  async (db) => {
    await signIn(db, ANN);
    await store(db, received());
    const [unit] = await takeEvents(db, ANN, NOW, 10);
    const retry = {
      state: "retry",
      at: later(600),
      error: "OURA_UNREACHABLE",
      isTry: true,
    } as const;
    await settleEvents(db, ANN, unit!.ids, retry, NOW);
    await store(db, received({ eventTime: "2026-10-15T11:05:00Z" }));
    const [both] = await takeEvents(db, ANN, NOW, 10);
    assert.deepEqual([both!.ids.length, both!.attempts], [2, 1]);
  },
);
