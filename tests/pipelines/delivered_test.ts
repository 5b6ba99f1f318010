import assert from "node:assert/strict";
import { Delivered, NewestDay } from "../../pipelines/sync/plan/delivered.ts";
import { emptyStretches } from "../../pipelines/sync/plan/empty_stretches.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { onServerFirst } from "../support/server_first.ts";
import { beat, dailySleep, typeFrom } from "./support.ts";

const TODAY = "2026-05-20";
const SLEEP = typeFrom("daily_sleep");
const WORKOUT = typeFrom("workout");
const HEART = typeFrom("heart_rate");
const BATTERY = typeFrom("ring_battery_level");
const TYPES = [SLEEP, WORKOUT, HEART, BATTERY, typeFrom("personal_info")];

onServerFirst(
  "a time series goes by its own samples, the other types by anything",
  async (db) => {
    const none = await Delivered.read(db, "w", TYPES, TODAY);
    assert.deepEqual(TYPES.map((type) => none.to(type)), [null, null, null, null, null]);
    await db.exec(`INSERT INTO oura.daily_sleep (user_id, id, day) VALUES
      ('w', 'a', '2026-05-10'), ('w', 'future', '2031-01-01'), ('other', 'b', '2026-05-19');
    INSERT INTO oura.heart_rate (user_id, "timestamp", source) VALUES
      ('w', '2026-05-12T11:59:59Z', 'rest'), ('w', '2031-01-01T00:00:00Z', 'rest')`);
    const delivered = await Delivered.read(db, "w", TYPES, TODAY);
    // Noon UTC is the first instant of the day for a wearer at UTC−12.
    const days = () => TYPES.slice(0, 4).map((type) => delivered.to(type));
    assert.deepEqual(days(), ["2026-05-11", "2026-05-11", "2026-05-11", null]);
    delivered.note(WORKOUT, "2026-05-18");
    delivered.note(BATTERY, "2026-05-16");
    delivered.note(SLEEP, "2026-05-01");
    delivered.note(SLEEP, "2040-01-01");
    assert.deepEqual(days(), ["2026-05-18", "2026-05-18", "2026-05-11", "2026-05-16"]);
  },
);

Deno.test("the newest day of a reading is that of its documents, of the future or broken ones aside", () => {
  const newestOf = (type: typeof SLEEP, documents: readonly object[]) => {
    const newest = new NewestDay(type, TODAY);
    const transform = createTransform(type);
    for (const document of documents) {
      newest.add(document, transform(document));
    }
    return newest.day;
  };
  assert.equal(newestOf(SLEEP, []), null);
  assert.equal(newestOf(HEART, []), null);
  const days = ["2026-05-18", "2026-05-19", "2026-05-17", "2030-01-01", "2026-05-20x"];
  assert.equal(newestOf(SLEEP, days.map((day) => dailySleep(day, day))), "2026-05-19");
  assert.equal(newestOf(SLEEP, [{ day: 7 }, {}]), null);
  const at = (timestamp: string) => beat(0, { timestamp });
  assert.equal(
    newestOf(HEART, [at("2026-05-18T12:00:00Z"), at("2026-05-18T13:00:00+14:00")]),
    "2026-05-18",
  );
  assert.equal(
    newestOf(HEART, [at("2026-05-18T11:59:59.999Z"), at("2030-05-18T00:00:00Z")]),
    "2026-05-17",
  );
});

onServerFirst(
  "a stretch without samples is found in every time zone, a pause is not",
  async (db) => {
    // A sample an hour, but for a local day at UTC+9: from 15:00 UTC on the 9th to 15:00 on the 10th.
    await db.exec(`INSERT INTO oura.heart_rate (user_id, "timestamp", source)
    SELECT 'w', at AT TIME ZONE 'UTC', 'rest'
    FROM generate_series('2026-05-01'::timestamp, '2026-05-22'::timestamp, '1 hour') AS at
    WHERE NOT (at >= '2026-05-09 15:00' AND at < '2026-05-10 15:00')
      AND NOT (at >= '2026-05-14 06:00' AND at < '2026-05-14 17:00')`);
    const stretches = (from: string) => emptyStretches(db, "w", HEART, { from, to: TODAY });
    assert.deepEqual(await stretches("2026-05-02"), [{ from: "2026-05-09", to: "2026-05-10" }]);
    assert.deepEqual(await stretches("2026-05-11"), []);
    await db.transaction(async (tx) => {
      await tx.exec("SET LOCAL TIME ZONE 'Pacific/Kiritimati'");
      const span = { from: "2026-05-02", to: TODAY };
      assert.equal((await emptyStretches(tx, "w", HEART, span)).length, 1);
    });
  },
);
