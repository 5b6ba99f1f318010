/** What a list lacks is asked for by itself before it is marked deleted. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { withPostgres } from "../support/server_database.ts";
import { onServerFirst } from "../support/server_first.ts";
import { dailySleep } from "./support.ts";
import { ScriptedOura, syncScripted } from "../support/scripted_oura.ts";

const NOW = new Date("2026-05-20T12:00:00Z");
const strict = { sanitizeOps: true, sanitizeResources: true };

/** Syncs at noon so many days after {@linkcode NOW}. */
async function syncAt(db: Database, oura: ScriptedOura, days: number, types: readonly string[]) {
  const report = await syncScripted(db, oura, new Date(NOW.getTime() + days * 86_400_000), types);
  // What a run of the same moment wrote counts as touched.
  for (const type of types) {
    await db.exec(`UPDATE oura.${type} SET updated_at = updated_at - interval '1 hour'`);
  }
  return report;
}

async function deleted(db: Database, table: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM oura.${table} WHERE deleted_at IS NOT NULL ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

onServerFirst("the only document of a window that Oura deletes is marked", async (db) => {
  const oura = new ScriptedOura();
  oura.lists.daily_sleep = [dailySleep("only", "2026-05-18")];
  await syncAt(db, oura, 0, ["daily_sleep"]);
  oura.lists = {};

  oura.known.add("only");
  await syncAt(db, oura, 0, ["daily_sleep"]);
  assert.deepEqual([oura.asked, await deleted(db, "daily_sleep")], [["only"], []]);

  oura.known.clear();
  const report = await syncAt(db, oura, 0, ["daily_sleep"]);
  assert.equal(report.counts.deleted, 1);
  assert.deepEqual(await deleted(db, "daily_sleep"), ["only"]);

  await syncAt(db, oura, 0, ["daily_sleep"]);
  assert.equal(oura.asked.length, 2, "what is marked is not asked for again");
  oura.lists.daily_sleep = [dailySleep("only", "2026-05-18")];
  await syncAt(db, oura, 0, ["daily_sleep"]);
  assert.deepEqual(await deleted(db, "daily_sleep"), []);
});

/** Runs a test on one migrated database: nothing of it is the engine's. */
function onOne(name: string, body: (db: Database) => Promise<void>): void {
  Deno.test(name, strict, () => withPostgres("oura", body, { applied: true }));
}

onOne("a document that a list lacks but its own route knows is not marked", async (db) => {
  const oura = new ScriptedOura();
  const days = ["a", "b", "c"].map((id, i) => dailySleep(id, `2026-05-1${5 + i}`));
  oura.lists.daily_sleep = days;
  await syncAt(db, oura, 0, ["daily_sleep"]);
  oura.lists.daily_sleep = [days[0]!];
  oura.known.add("b");
  await syncAt(db, oura, 0, ["daily_sleep"]);
  assert.deepEqual(oura.asked.sort(), ["b", "c"]);
  assert.deepEqual(await deleted(db, "daily_sleep"), ["c"]);
});

for (const status of [401, 403, 422, 500]) {
  onOne(`a single route that answers ${status} says nothing of a deletion`, async (db) => {
    const oura = new ScriptedOura();
    oura.lists.daily_sleep = [dailySleep("only", "2026-05-18")];
    await syncAt(db, oura, 0, ["daily_sleep"]);
    oura.lists = {};
    oura.status = status;
    await syncAt(db, oura, 0, ["daily_sleep"]);
    assert.deepEqual([oura.asked, await deleted(db, "daily_sleep")], [["only"], []]);
  });
}

onOne("one run asks for ten documents at most, and the next ones go on", async (db) => {
  const oura = new ScriptedOura();
  oura.lists.daily_sleep = Array.from(
    { length: 25 },
    (_, i) => dailySleep(`d${10 + i}`, `2026-04-${String(i + 2).padStart(2, "0")}`),
  );
  await syncAt(db, oura, 0, ["daily_sleep"]);
  oura.lists = {};
  const marked: number[] = [];
  for (let day = 1; day <= 3; day++) {
    const before = oura.asked.length;
    await syncAt(db, oura, day, ["daily_sleep"]);
    assert.ok(oura.asked.length - before <= 10);
    marked.push((await deleted(db, "daily_sleep")).length);
  }
  assert.deepEqual(marked, [10, 20, 25]);
});

onOne("a ring that is gone from an empty list is asked for, too", async (db) => {
  const oura = new ScriptedOura();
  oura.lists.ring_configuration = [{ id: "r1", color: "silver" }];
  await syncAt(db, oura, 0, ["ring_configuration"]);
  oura.lists = {};
  await syncAt(db, oura, 0, ["ring_configuration"]);
  assert.deepEqual(await deleted(db, "ring_configuration"), ["r1"]);
});

onOne("a document that has its day for an id has no route to ask", async (db) => {
  const oura = new ScriptedOura();
  oura.lists.daily_cardiovascular_age = [{ day: "2026-05-18", vascular_age: 40 }];
  await syncAt(db, oura, 0, ["daily_cardiovascular_age"]);
  oura.lists = {};
  await syncAt(db, oura, 0, ["daily_cardiovascular_age"]);
  assert.deepEqual([oura.asked, await deleted(db, "daily_cardiovascular_age")], [[], []]);
});
