import assert from "node:assert/strict";
import { truth } from "../../simulator/mod.ts";
import { all, ask, page, simulate } from "./support.ts";

const MONTH = { start_datetime: "2026-09-01T00:00:00Z", end_datetime: "2026-10-01T00:00:00Z" };

Deno.test("heart rate comes in pages of a thousand, oldest first, complete and without doubles", async () => {
  const simulator = simulate({ users: [{ zone: "UTC" }] });
  const first = await page(simulator, "heartrate", MONTH);
  assert.equal(first.data.length, 1_000);
  const rows = await all(simulator, "heartrate", MONTH);
  const keys = rows.map((row) => `${row.timestamp}|${row.source}`);
  const expected = truth(simulator.world, {
    user: "wearer-1",
    type: "heart_rate",
    from: "2026-09-01",
    to: "2026-09-30",
  });
  assert.deepEqual(keys, [...expected].map(({ key }) => key));
  assert.equal(new Set(keys).size, keys.length);
});

Deno.test("no page boundary loses or repeats one of two rows with the same instant", async () => {
  const simulator = simulate();
  const whole = await all(simulator, "heartrate", MONTH);
  const twins = whole.findIndex((row, index) => row.timestamp === whole[index + 1]?.timestamp);
  assert.ok(twins > 0);
  const around = whole.slice(twins - 1, twins + 4);
  const window = {
    start_datetime: String(around[0]!.timestamp),
    end_datetime: String(around[4]!.timestamp),
  };
  for (const size of [1, 2, 3]) {
    simulator.settings.seriesPage = size;
    assert.deepEqual(await all(simulator, "heartrate", window), around.slice(0, 4), `${size}`);
  }
});

Deno.test("a page may be empty and yet not the last", async () => {
  const simulator = simulate({}, { emptyPageEvery: 1 });
  const first = await page(simulator, "daily_sleep", { start_date: "2026-10-01" });
  assert.deepEqual(first.data, []);
  assert.ok(first.next_token);
  const documents = await all(simulator, "daily_sleep", { start_date: "2026-10-01" });
  const rows = await all(simulator, "heartrate", MONTH);
  simulator.settings.emptyPageEvery = 0;
  assert.deepEqual(documents, await all(simulator, "daily_sleep", { start_date: "2026-10-01" }));
  assert.deepEqual(rows, await all(simulator, "heartrate", MONTH));
});

Deno.test("a token goes on alone or with its bounds, unless only alone is taken", async () => {
  const simulator = simulate();
  const { next_token } = await page(simulator, "heartrate", MONTH);
  const alone = await page(simulator, "heartrate", { next_token: next_token! });
  const both = { ...MONTH, next_token: next_token! };
  assert.deepEqual(await page(simulator, "heartrate", both), alone);
  simulator.settings.followUp = "tokenOnly";
  assert.equal((await ask(simulator, "heartrate", both)).status, 422);
  assert.deepEqual(await page(simulator, "heartrate", { next_token: next_token! }), alone);
});

Deno.test("the date family comes in one page, or in pages when told to", async () => {
  const simulator = simulate({ days: 1_500 });
  const query = { start_date: "2020-01-01", end_date: "2026-10-17" };
  const whole = await page(simulator, "daily_readiness", query);
  assert.ok(whole.data.length > 1_400);
  assert.equal(whole.next_token, null);
  simulator.settings.datePage = 100;
  assert.equal((await page(simulator, "daily_readiness", query)).data.length, 100);
  assert.deepEqual(await all(simulator, "daily_readiness", query), whole.data);
});

Deno.test("the last page of a time series has no next_token at all", async () => {
  const body = await page(simulate(), "ring_battery_level");
  assert.ok(body.data.length > 10);
  assert.ok(!("next_token" in body));
});

Deno.test("latest is the newest row, whatever the bounds, and means nothing elsewhere", async () => {
  const simulator = simulate();
  const { data } = await page(simulator, "heartrate", { ...MONTH, latest: "true" });
  assert.deepEqual(data, (await all(simulator, "heartrate")).slice(-1));
  const query = { start_date: "2026-10-01", end_date: "2026-10-05" };
  const latest = await page(simulator, "daily_sleep", { ...query, latest: "true" });
  assert.equal(latest.data.length, (await page(simulator, "daily_sleep", query)).data.length);
});

Deno.test("fields: chosen ones with id and instant; unknown ones alone give the whole document", async () => {
  const simulator = simulate({ days: 300 });
  const keys = async (path: string, fields: string) =>
    Object.keys((await page(simulator, path, { fields })).data[0]!);
  assert.deepEqual(await keys("daily_sleep", "score,nonsense"), ["id", "timestamp", "score"]);
  assert.deepEqual(await keys("sleep", "efficiency"), ["id", "bedtime_start", "efficiency"]);
  assert.ok((await keys("daily_sleep", "nonsense")).includes("contributors"));
  assert.ok((await keys("daily_resilience", "level")).includes("contributors"));
});

Deno.test("a document is found by its id, and by no other type's", async () => {
  const simulator = simulate();
  const { data } = await page(simulator, "sleep", { start_date: "2026-09-01" });
  for (const document of data) {
    const found = await ask(simulator, `sleep/${document.id}`);
    assert.deepEqual(await found.json(), document);
  }
  for (const path of [`daily_sleep/${data[0]!.id}`, "sleep/2-5daccc0", "sleep/nonsense"]) {
    const response = await ask(simulator, path);
    assert.equal(response.status, 404);
    assert.deepEqual(await response.json(), { detail: "Document not found." });
  }
  const rings = await page(simulator, "ring_configuration");
  assert.equal((await ask(simulator, `ring_configuration/${rings.data[0]!.id}`)).status, 200);
});

Deno.test("workouts come in no order", async () => {
  const { data } = await page(simulate(), "workout", { start_date: "2026-07-01" });
  const starts = data.map((workout) => String(workout.start_datetime));
  assert.notDeepEqual(starts, starts.toSorted());
});
