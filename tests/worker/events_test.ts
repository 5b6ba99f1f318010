/** Jobs with events: what they fetch, what they wait for, and what they give up. */
import assert from "node:assert/strict";
import { retryFailedEvents } from "../../lib/db/store/jobs/waiting_events.ts";
import { scheduleSync, wearersDue } from "../../lib/db/store/jobs/sync_schedule.ts";
import { onServerFirst } from "../support/server_first.ts";
import { canonical, stored } from "../support/sync_world.ts";
import { withWorkerWorld, type WorkerWorld } from "./support.ts";

const START = Date.now();
/** When the sync became due, in a test that has one. */
const START_OF_SYNC = new Date(START - 60_000);
const after = (minutes: number) => new Date(START + minutes * 60_000);

/** How often Oura was asked for single documents. */
function fetches({ oura }: WorkerWorld): number {
  return oura.simulator.stats.seen.filter(({ path }) => /usercollection\/[^/]+\/./.test(path))
    .length;
}

onServerFirst(
  "events bring their documents; a burst for one document fetches it once",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const nights = world.documents("one", "sleep");
      const days = world.documents("one", "daily_sleep");
      await world.store([
        ...nights.map(({ key }) => ({ objectId: key })),
        ...days.map(({ key }) => ({ objectId: key, dataType: "daily_sleep" })),
        ...["update", "update", "update"].map((eventType) => ({
          objectId: nights[0]!.key,
          eventType,
        })),
      ]);
      await world.runJob("one");
      assert.deepEqual(await stored(db, "sleep", "one"), new Set(nights.map(bodyOf)));
      assert.deepEqual(await stored(db, "daily_sleep", "one"), new Set(days.map(bodyOf)));
      assert.equal(fetches(world), nights.length + days.length);
      assert.ok((await world.events()).every(({ state }) => state === "done"));

      await world.runJob("one");
      assert.equal(fetches(world), nights.length + days.length, "a settled event is not fetched");
    }),
  { applied: true },
);

function bodyOf({ body }: { body: unknown }): string {
  return canonical(body);
}

onServerFirst(
  "a document that is not there yet is waited for, then taken for deleted",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      await world.store([{ objectId: "not-there" }], after(0));
      const seen: unknown[] = [];
      for (const minutes of [0, 0.4, 0.6, 3, 9, 30]) {
        await world.runJob("one", after(minutes));
        const [event] = await world.events();
        seen.push([minutes, event!.state, event!.attempts]);
      }
      assert.deepEqual(seen, [
        [0, "pending", 1],
        [0.4, "pending", 1],
        [0.6, "pending", 2],
        [3, "pending", 3],
        [9, "pending", 4],
        [30, "done", 4 + 1],
      ]);
      assert.equal(fetches(world), 5);
    }),
  { applied: true },
);

onServerFirst(
  "a delete event marks the row; one for a document that Oura has does not",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [gone, present] = world.documents("one", "sleep");
      await world.store([{ objectId: gone!.key }, { objectId: present!.key }]);
      await world.runJob("one");
      await db.query("UPDATE oura.sleep SET id = 'deleted-at-oura' WHERE id = $1", [gone!.key]);
      await world.store([
        { objectId: "deleted-at-oura", eventType: "delete" },
        { objectId: present!.key, eventType: "delete" },
      ]);
      await world.runJob("one");
      const { rows } = await db.query(
        "SELECT id, deleted_at IS NOT NULL AS deleted FROM oura.sleep ORDER BY deleted",
      );
      assert.deepEqual(rows, [
        { id: present!.key, deleted: false },
        { id: "deleted-at-oura", deleted: true },
      ]);
    }),
  { applied: true },
);

onServerFirst(
  "events of a wearer who must sign in again are kept, and cost no try",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [night] = world.documents("one", "sleep");
      await world.store([{ objectId: night!.key }], after(0));
      await fetch(`${world.oura.url}/_sim/tokens/revoke`, {
        method: "POST",
        body: JSON.stringify({ user: "one" }),
      }).then((response) => response.body?.cancel());
      for (const minutes of [0, 61, 122]) await world.runJob("one", after(minutes));
      const [event] = await world.events();
      assert.deepEqual([event!.state, event!.attempts], ["pending", 0]);
      await world.runJob("one", after(15 * 24 * 60));
      assert.equal((await world.events())[0]!.state, "failed");
    }),
  { applied: true },
);

onServerFirst(
  "a document that never loads is given up, holds up no other, and can be retried",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [poison, good] = world.documents("one", "sleep");
      const strict = {
        ...world.pipeline,
        contract: { ...world.pipeline.contract, badRows: "fail" as const },
      };
      // A column that no document fits, as an edit of the YAML can make one.
      const pipeline = {
        ...strict,
        types: strict.types.map((type) =>
          type.name === "sleep"
            ? {
              ...type,
              columns: [{
                name: "odd",
                path: ["type"],
                type: "integer" as const,
                index: false,
                description: null,
              }],
            }
            : type
        ),
      };
      await world.store([{ objectId: poison!.key }], after(0));
      for (const minutes of [0, 2, 10, 60, 300, 900]) {
        await world.runJob("one", after(minutes), { pipeline });
      }
      const [event] = await world.events();
      assert.deepEqual([event!.state, event!.attempts], ["failed", 6]);
      assert.match(String(event!.error), /^[A-Z_]+$/);

      await world.store([{ objectId: good!.key }], after(901));
      await world.runJob("one", after(901));
      assert.equal((await stored(db, "sleep", "one")).size, 1);

      assert.equal((await retryFailedEvents(db)).events, 1);
      await world.runJob("one", after(902));
      assert.equal((await stored(db, "sleep", "one")).size, 2);
    }),
  { applied: true },
);

onServerFirst(
  "events of types that oura.yaml does not declare are ignored",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      await world.store([{ dataType: "meal", objectId: "a" }, { dataType: "heart_rate" }]);
      await world.runJob("one");
      assert.deepEqual((await world.events()).map(({ state }) => state), ["ignored", "ignored"]);
      assert.equal(fetches(world), 0);
    }),
  { applied: true },
);

onServerFirst(
  "a job that was moved up for events leaves the sync to a job of its own",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [night] = world.documents("one", "sleep");
      await scheduleSync(db, "one", START_OF_SYNC);
      await world.store([{ objectId: night!.key }]);
      world.oura.stats.reset();
      await world.runJob("one", after(0), { syncEveryMs: 3_600_000, kind: "events" });
      assert.deepEqual((await world.events()).map(({ state }) => state), ["done"]);
      assert.equal(fetches(world), 1);
      assert.equal(world.oura.stats.requests, 1, "nothing but the document was asked for");
      const [due] = await wearersDue(db, after(0), 1);
      assert.deepEqual(due, { userId: "one", dueAt: START_OF_SYNC });
      await world.runJob("one", after(0), { syncEveryMs: 3_600_000 });
      assert.deepEqual(await wearersDue(db, after(0), 1), []);
    }),
);
