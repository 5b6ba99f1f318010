import assert from "node:assert/strict";
import { bodies, worldOf } from "./support.ts";

Deno.test("a sleep in progress has no end, grows, and keeps its id when it is done", () => {
  const world = worldOf({ zone: "UTC", ring: "or5" }, 30, "2026-10-15T02:00:00Z");
  const tonight = () => bodies(world, "sleep", "2026-10-15", "2026-10-15").at(-1)!;
  const early = tonight();
  assert.equal(early.bedtime_end, null);
  assert.deepEqual(bodies(world, "daily_sleep", "2026-10-15"), []);
  world.advance("PT1H");
  assert.ok(Number(tonight().time_in_bed) > Number(early.time_in_bed));
  assert.ok(String(tonight().sleep_phase_30_sec).startsWith(String(early.sleep_phase_30_sec)));
  world.advance("PT12H");
  const done = bodies(world, "sleep", "2026-10-15").find(({ type }) => type === "long_sleep")!;
  assert.equal(done.id, early.id);
  assert.equal(done.sleep_analysis_reason, "background_created_foreground_updated");
  assert.equal(bodies(world, "daily_sleep", "2026-10-15").length, 1);
});

Deno.test("sleep comes several times a day, in every type, edited, sparse and without a type", () => {
  const sleeps = bodies(worldOf({}, 700), "sleep");
  const types = new Set(sleeps.map(({ type }) => type));
  for (const type of ["long_sleep", "sleep", "late_nap", "rest", "deleted", undefined]) {
    assert.ok(types.has(type), String(type));
  }
  assert.ok(sleeps.some(({ sleep_analysis_reason }) => sleep_analysis_reason === "bedtime_edit"));
  assert.ok(sleeps.some(({ average_hrv }) => average_hrv === null));
  const daysWithMany = sleeps.filter(({ period }) => Number(period) > 0);
  assert.ok(daysWithMany.length > 50);
});

Deno.test("a late nap belongs to the day after", () => {
  const late = bodies(worldOf({ zone: "UTC" }, 400), "sleep").filter(({ type }) =>
    type === "late_nap"
  );
  assert.ok(late.length > 0);
  for (const nap of late) assert.ok(String(nap.bedtime_end).slice(0, 10) < String(nap.day));
});
