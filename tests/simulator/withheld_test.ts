import assert from "node:assert/strict";
import { truth } from "../../simulator/mod.ts";
import { all, simulate } from "./support.ts";

const NOW = "2026-10-15T12:00:00Z";
const FROM = "2026-10-05", TO = "2026-10-09";

Deno.test("withheld days are in no list, no single document and not in the truth until they arrive", async () => {
  const until = "2026-10-15T13:00:00Z";
  const users = [{ id: "a", zone: "UTC", withheld: [{ from: FROM, to: TO, until }] }];
  const simulator = simulate({ users, now: NOW });
  const activities = async () => {
    // Wider than the days: Oura's bounds compare with an instant of the document.
    const bounds = { start_date: "2026-10-03", end_date: "2026-10-11" };
    const found = await all(simulator, "daily_activity", bounds);
    return found.filter(({ day }) => String(day) >= FROM && String(day) <= TO);
  };
  const samples = () =>
    all(simulator, "heartrate", {
      start_datetime: `${FROM}T00:00:00Z`,
      end_datetime: "2026-10-10T00:00:00Z",
    });
  const known = (type: "daily_activity" | "heart_rate") =>
    [...truth(simulator.world, { user: "a", type, from: FROM, to: TO })].length;
  assert.deepEqual([(await activities()).length, (await samples()).length], [0, 0]);
  assert.deepEqual([known("daily_activity"), known("heart_rate")], [0, 0]);
  simulator.world.setNow(until);
  assert.equal((await activities()).length, known("daily_activity"));
  assert.equal((await samples()).length, known("heart_rate"));
  assert.ok(known("daily_activity") > 0 && known("heart_rate") > 0);
});

Deno.test("a cloud that is behind holds each day back as long, of the named types alone", () => {
  const withheld = [{
    types: ["daily_sleep"],
    from: "2026-01-01",
    to: "2027-01-01",
    until: { daysLater: 12 },
  }];
  const { world } = simulate({ users: [{ id: "a", zone: "UTC", withheld }], now: NOW });
  const newest = (type: "daily_sleep" | "daily_activity") =>
    [...truth(world, { user: "a", type, from: "2026-09-01", to: "2026-10-20" })].at(-1)!.body.day;
  assert.equal(newest("daily_activity"), "2026-10-15");
  assert.equal(newest("daily_sleep"), "2026-10-03");
});
