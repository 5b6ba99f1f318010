import assert from "node:assert/strict";
import { createWorld, truth, type TypeName } from "../../simulator/mod.ts";
import { bodies, type Body, worldOf } from "./support.ts";

const NOW = "2026-10-15T12:00:00Z";

Deno.test("rest mode is open for a while, or for good; some start without a time", () => {
  const world = createWorld({ seed: 7, users: 8, days: 700, now: NOW });
  const periods = world.wearers.flatMap(({ id: user }) => [
    ...truth(world, { user, type: "rest_mode_period", from: "2000-01-01", to: "2030-01-01" }),
  ]).map(({ body }) => body);
  assert.ok(periods.some(({ end_day }) => end_day === null));
  assert.ok(periods.some(({ end_day }) => end_day !== null));
  assert.ok(periods.some(({ start_time }) => start_time === null));
});

Deno.test("optional fields are null on some documents and absent on others", () => {
  const world = worldOf({}, 400);
  for (const [type, field] of [["workout", "label"], ["daily_stress", "day_summary"]] as const) {
    const documents = bodies(world, type);
    assert.ok(documents.some((body) => !(field in body)), `${type} without ${field}`);
    assert.ok(documents.some((body) => body[field]), `${type} with ${field}`);
  }
  assert.ok(bodies(world, "workout").some(({ label }) => label === null));
  const tags = bodies(world, "enhanced_tag");
  assert.ok(tags.some((tag) => tag.tag_type_code === null && tag.comment));
  assert.ok(tags.some((tag) => tag.tag_type_code === "custom" && tag.custom_name));
});

Deno.test("lives hang together: hard days raise the next night's heart rate and lower readiness", () => {
  const world = worldOf({ zone: "UTC" }, 700);
  const trained = new Set(
    bodies(world, "workout").filter(({ intensity }) => intensity !== "easy").map(({ day }) => day),
  );
  const next = (day: unknown) =>
    new Date(Date.parse(String(day)) + 86_400_000).toISOString().slice(0, 10);
  const after = new Set([...trained].map(next));
  const split = (type: TypeName, field: string) => {
    const mean = (documents: Body[]) =>
      documents.reduce((sum, body) => sum + Number(body[field]), 0) / documents.length;
    const documents = bodies(world, type).filter((body) =>
      typeof body[field] === "number" && (type !== "sleep" || body.type === "long_sleep")
    );
    return [
      mean(documents.filter(({ day }) => after.has(String(day)))),
      mean(documents.filter(({ day }) => !after.has(String(day)))),
    ] as const;
  };
  const [heartAfter, heartElse] = split("sleep", "lowest_heart_rate");
  const [readyAfter, readyElse] = split("daily_readiness", "score");
  assert.ok(heartAfter > heartElse + 1, `${heartAfter} ${heartElse}`);
  assert.ok(readyAfter < readyElse - 1, `${readyAfter} ${readyElse}`);
});
