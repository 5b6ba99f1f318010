import assert from "node:assert/strict";
import { type World } from "../../simulator/mod.ts";
import { bodies, type Body, worldOf } from "./support.ts";

Deno.test("today's activity is partial, and its minutes stay as they were", () => {
  const world = worldOf();
  const noon = bodies(world, "daily_activity", "2026-10-15")[0]!.met as { items: number[] };
  world.advance("PT3H");
  const later = bodies(world, "daily_activity", "2026-10-15")[0]!.met as { items: number[] };
  assert.equal(later.items.length, noon.items.length + 180);
  assert.deepEqual(later.items.slice(0, noon.items.length), noon.items);
  world.advance("P2D");
  const whole = bodies(world, "daily_activity", "2026-10-15", "2026-10-15")[0]!;
  assert.equal((whole.met as { items: number[] }).items.length, 1_440);
  assert.equal(String(whole.class_5_min).length, 288);
});

Deno.test("a day of a clock change has 23 or 25 hours of activity", () => {
  const minutes = (zone: string, day: string) => {
    const world = worldOf({ zone }, 120, `${day}T23:00:00Z`);
    world.advance("P2D");
    const activity = bodies(world, "daily_activity").find((body) => body.day === day)!;
    return (activity.met as { items: number[] }).items.length;
  };
  // The activity day begins at 04:00: the hour is lost or won in the one before the change.
  assert.equal(minutes("Europe/London", "2026-03-28"), 1_380);
  assert.equal(minutes("Europe/London", "2026-10-24"), 1_500);
});

Deno.test("timestamps carry the wearer's offset of that day, through clock changes and flights", () => {
  const offset = (body: Body | undefined) => String(body?.timestamp).slice(-6);
  const at = (world: World, day: string) =>
    offset(bodies(world, "daily_activity").find((body) => body.day === day));
  const sydney = worldOf({ zone: "Australia/Sydney" });
  assert.deepEqual([at(sydney, "2026-10-02"), at(sydney, "2026-10-06")], ["+10:00", "+11:00"]);
  for (const { timestamp } of bodies(sydney, "daily_activity")) {
    assert.match(String(timestamp), /T04:00:00/);
  }
  const trip = { from: "2026-10-05", to: "2026-10-09", zone: "Asia/Tokyo" };
  const traveller = worldOf({ zone: "UTC", trips: [trip] });
  assert.deepEqual([at(traveller, "2026-10-04"), at(traveller, "2026-10-06")], [
    "+00:00",
    "+09:00",
  ]);
});

Deno.test("on a day of travel a score's timestamp is dated the day before", () => {
  const trip = { from: "2026-10-05", to: "2026-10-09", zone: "America/Los_Angeles" };
  const scores = bodies(worldOf({ zone: "UTC", trips: [trip] }), "daily_sleep");
  const travel = scores.find((body) => body.day === "2026-10-05")!;
  assert.equal(travel.timestamp, "2026-10-04T17:00:00.000-07:00");
  const usual = scores.find((body) => body.day === "2026-10-06")!;
  assert.equal(usual.timestamp, "2026-10-06T00:00:00.000+00:00");
});

Deno.test("old scores: local midnight until August 2021, then a month that lags a day", () => {
  const world = worldOf({ zone: "Europe/Paris" }, 200, "2021-10-15T12:00:00Z");
  const at = (day: string) =>
    bodies(world, "daily_readiness").find((body) => body.day === day)?.timestamp;
  assert.equal(at("2021-08-10"), "2021-08-10T00:00:00+02:00");
  assert.equal(at("2021-09-10"), "2021-09-09T00:00:00+00:00");
  assert.equal(at("2021-10-10"), "2021-10-10T00:00:00+00:00");
});

Deno.test("cardiovascular age has no id before 2025", () => {
  const world = worldOf({}, 60, "2025-01-20T12:00:00Z");
  const documents = bodies(world, "daily_cardiovascular_age");
  const withId = documents.filter((body) => "id" in body).map(({ day }) => String(day));
  assert.ok(withId.length > 0 && withId.length < documents.length);
  assert.ok(withId.every((day) => day >= "2025-01-01"));
});
