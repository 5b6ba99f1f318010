import assert from "node:assert/strict";
import { createWorld, demoWearer, truth, type TypeName } from "../../simulator/mod.ts";
import { type Body, worldOf } from "./support.ts";

const NOW = "2026-10-15T12:00:00Z";
const DAYS = 365;

function demoWorld() {
  return createWorld({ seed: 1, days: DAYS, now: NOW, users: [demoWearer(new Date(NOW), DAYS)] });
}

const world = demoWorld();
const [wearer] = world.wearers;

function bodiesOf(type: TypeName): Body[] {
  const query = { user: wearer!.id, type, from: "2025-10-01", to: "2026-10-15" };
  return [...truth(world, query)].map(({ body }) => body);
}

const nights = bodiesOf("sleep").filter(({ type }) => type === "long_sleep");
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

Deno.test("the demo's wearer is the same on every machine", () => {
  const query = { user: wearer!.id, type: "sleep", from: "2026-09-01", to: "2026-09-10" } as const;
  assert.deepEqual([...truth(demoWorld(), query)], [...truth(world, query)]);
});

Deno.test("a change of the staging algorithm finds less deep sleep from a day on", () => {
  const versions = nights.map(({ sleep_algorithm_version: version }) => String(version));
  const change = versions.indexOf("v2");
  assert.ok(change > 20 && change < nights.length - 20);
  assert.deepEqual(new Set(versions.slice(0, change)), new Set(["v1"]));
  assert.deepEqual(new Set(versions.slice(change)), new Set(["v2"]));
  const deep = (all: Body[]) =>
    mean(all.map(({ deep_sleep_duration: seconds }) => Number(seconds)));
  assert.ok(deep(nights.slice(0, change)) > deep(nights.slice(change)) * 1.15);
});

Deno.test("days without the ring have nothing, and an illness has rest mode and a fever", () => {
  const days = new Set(bodiesOf("daily_readiness").map(({ day }) => String(day)));
  const [gap] = wearer!.story.unworn!;
  assert.ok(!days.has(gap!.from) && !days.has(gap!.to));
  const [illness] = wearer!.story.illness!;
  const [period] = bodiesOf("rest_mode_period");
  assert.equal(period!.start_day, illness!.from);
  const fever = bodiesOf("daily_readiness").filter(({ day }) =>
    String(day) >= illness!.from && String(day) <= illness!.to
  );
  assert.ok(fever.every(({ temperature_deviation: degrees }) => Number(degrees) > 0.3));
});

Deno.test("an evening with wine is tagged, and shows in the night after it", () => {
  const tags = bodiesOf("enhanced_tag");
  const wine = new Set(
    tags.filter(({ tag_type_code: code }) => code === "tag_generic_alcohol").map(({ start_day }) =>
      Date.parse(String(start_day)) + 86_400_000
    ),
  );
  assert.ok(wine.size > 20 && tags.some(({ custom_name: name }) => name === "sauna"));
  const hrv = (after: boolean) =>
    mean(
      nights.filter(({ day, average_hrv: value }) =>
        value !== null && wine.has(Date.parse(String(day))) === after
      ).map(({ average_hrv: value }) => Number(value)),
    );
  assert.ok(hrv(true) < hrv(false) * 0.9);
});

Deno.test("journeys move the clock, and a wearer without a story has none of this", () => {
  const offsets = new Set(nights.map(({ bedtime_start: start }) => String(start).slice(-6)));
  assert.ok(["+01:00", "+02:00", "+09:00", "-04:00"].every((offset) => offsets.has(offset)));
  const plain = worldOf({ zone: "UTC" }).wearers[0]!;
  assert.deepEqual(plain.story, {});
});
