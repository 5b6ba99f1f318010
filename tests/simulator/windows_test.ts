import assert from "node:assert/strict";
import { type Simulator, truth, type TypeName } from "../../simulator/mod.ts";
import { all, ask, page, simulate } from "./support.ts";

function days(documents: readonly Record<string, unknown>[]): string[] {
  return [...new Set(documents.map((document) => String(document.day)))];
}

function ids(documents: readonly Record<string, unknown>[]): Set<unknown> {
  return new Set(documents.map((document) => document.id));
}

function truthIds(simulator: Simulator, type: TypeName, from: string, to: string): Set<string> {
  const user = simulator.world.wearers[0]!.id;
  return new Set([...truth(simulator.world, { user, type, from, to })].map(({ key }) => key));
}

const HONOLULU = { users: [{ zone: "Pacific/Honolulu" }] };
const TONGATAPU = { users: [{ zone: "Pacific/Tongatapu" }] };

Deno.test("scores: the end date is included", async () => {
  const query = { start_date: "2026-10-10", end_date: "2026-10-12" };
  for (const world of [HONOLULU, TONGATAPU]) {
    const { data } = await page(simulate(world), "daily_sleep", query);
    assert.deepEqual(days(data), ["2026-10-10", "2026-10-11", "2026-10-12"]);
  }
});

Deno.test("activity: west of UTC the end date is missing, east of it the start date", async () => {
  const query = { start_date: "2026-10-10", end_date: "2026-10-12" };
  const west = await page(simulate(HONOLULU), "daily_activity", query);
  assert.deepEqual(days(west.data), ["2026-10-10", "2026-10-11"]);
  const east = await page(simulate(TONGATAPU), "daily_activity", query);
  assert.deepEqual(days(east.data), ["2026-10-11", "2026-10-12"]);
});

Deno.test("today's activity needs an end after today", async () => {
  const simulator = simulate();
  const short = await page(simulator, "daily_activity", {
    start_date: "2026-10-14",
    end_date: "2026-10-15",
  });
  assert.deepEqual(days(short.data), ["2026-10-14"]);
  for (const end_date of ["2026-10-16", "2026-10-15T23:59:59"]) {
    const long = await page(simulator, "daily_activity", { start_date: "2026-10-14", end_date });
    assert.deepEqual(days(long.data), ["2026-10-14", "2026-10-15"]);
  }
});

Deno.test("a night that began before midnight UTC is invisible to its own day", async () => {
  const simulator = simulate({ users: [{ zone: "Europe/London" }] });
  const { data } = await page(simulator, "sleep", {
    start_date: "2026-10-01",
    end_date: "2026-10-12",
  });
  for (const night of data) {
    const start = Date.parse(String(night.bedtime_start));
    assert.ok(start >= Date.parse("2026-10-01") && start <= Date.parse("2026-10-12"));
  }
  const wide = await page(simulator, "sleep", { start_date: "2026-09-29", end_date: "2026-10-14" });
  const inside = wide.data.filter(({ day }) =>
    String(day) >= "2026-10-01" && String(day) <= "2026-10-12"
  );
  assert.ok(inside.some((night) => !ids(data).has(night.id)));
});

Deno.test("two days of padding find every document of a span, in any zone", async () => {
  const types: [TypeName, string][] = [
    ["daily_activity", "daily_activity"],
    ["daily_sleep", "daily_sleep"],
    ["sleep", "sleep"],
    ["workout", "workout"],
    ["session", "session"],
    ["tag", "tag"],
    ["enhanced_tag", "enhanced_tag"],
    ["vo2_max", "vO2_max"],
    ["rest_mode_period", "rest_mode_period"],
  ];
  for (const world of [HONOLULU, TONGATAPU, { users: [{ zone: "Australia/Sydney" }] }]) {
    const simulator = simulate({ ...world, days: 400 });
    for (const [type, path] of types) {
      const { data } = await page(simulator, path, {
        start_date: "2025-10-30",
        end_date: "2026-10-17",
      });
      const expected = truthIds(simulator, type, "2025-11-01", "2026-10-15");
      assert.ok(expected.size > 0, type);
      assert.deepEqual(expected.difference(ids(data)), new Set(), type);
    }
  }
});

Deno.test("unmeasured kinds exclude a document exactly at the end", async () => {
  const simulator = simulate();
  const { data } = await page(simulator, "session", { start_date: "2026-09-01" });
  const at = String(data[0]!.start_datetime);
  const query = { start_date: "2026-09-01", end_date: new Date(at).toISOString() };
  assert.deepEqual((await page(simulator, "session", query)).data, []);
  const workouts = await page(simulator, "workout", { start_date: "2026-09-01" });
  const first = workouts.data.map((one) => String(one.start_datetime)).sort()[0]!;
  const upTo = { start_date: "2026-09-01", end_date: new Date(first).toISOString() };
  assert.equal((await page(simulator, "workout", upTo)).data.length, 1);
});

Deno.test("without dates the date family is yesterday and today, heart rate the last 24 hours", async () => {
  const simulator = simulate();
  assert.deepEqual(days((await page(simulator, "daily_sleep")).data), ["2026-10-14", "2026-10-15"]);
  const rows = await all(simulator, "heartrate");
  assert.ok(rows.every(({ timestamp }) => String(timestamp) >= "2026-10-14T12"));
});

Deno.test("dates on a time series are not read", async () => {
  const simulator = simulate();
  const asked = await all(simulator, "heartrate", {
    start_date: "2026-09-01",
    end_date: "2026-09-02",
  });
  assert.deepEqual(asked, await all(simulator, "heartrate"));
});

Deno.test("more than thirty days of a time series are refused, exactly thirty are not", async () => {
  const simulator = simulate();
  for (const path of ["heartrate", "ring_battery_level"]) {
    const status = async (end_datetime: string) =>
      (await ask(simulator, path, { start_datetime: "2026-09-01T00:00:00", end_datetime })).status;
    assert.equal(await status("2026-10-01T00:00:00Z"), 200);
    assert.equal(await status("2026-10-01T00:00:01Z"), 400);
  }
});

Deno.test("start after end is 400 or 422, nonsense is 422, small numbers are unix times", async () => {
  const simulator = simulate();
  const status = async (path: string, query: Record<string, string>) =>
    (await ask(simulator, path, query)).status;
  const backwards = { start_date: "2026-10-02", end_date: "2026-10-01" };
  assert.equal(await status("daily_sleep", backwards), 400);
  const times = { start_datetime: "2026-10-02", end_datetime: "2026-10-01" };
  assert.equal(await status("heartrate", times), 422);
  assert.equal(await status("daily_sleep", { start_date: "yesterday" }), 422);
  // What a client sends that forgets to encode the plus sign of an offset.
  assert.equal(await status("heartrate", { start_datetime: "2026-10-01T00:00:00 02:00" }), 422);
  const numbers = await page(simulator, "daily_sleep", { start_date: "1", end_date: "2" });
  assert.deepEqual(numbers, { data: [], next_token: null });
});

Deno.test("offsets and naive times: the latter are UTC", async () => {
  const simulator = simulate();
  const query = (start_datetime: string) => ({
    start_datetime,
    end_datetime: "2026-10-01T12:00:00Z",
  });
  const zoned = await all(simulator, "heartrate", query("2026-10-01T11:00:00+02:00"));
  assert.ok(zoned.length > 0);
  assert.deepEqual(await all(simulator, "heartrate", query("2026-10-01T09:00:00")), zoned);
});
