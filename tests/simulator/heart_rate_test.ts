import assert from "node:assert/strict";
import { changes } from "../../simulator/mod.ts";
import { bodies, worldOf } from "./support.ts";

Deno.test("heart rate: some of it arrives days after the day's documents", () => {
  const world = worldOf();
  const missing = new Set<string>();
  for (let day = 0; day < 30; day++) {
    const date = new Date(world.now - 2 * 86_400_000).toISOString().slice(0, 10);
    const query = { user: "wearer-1", type: "heart_rate" as const, from: date, to: date };
    const { created } = changes(world, { ...query, at: world.now + 6 * 86_400_000 }, world.now);
    if (created.length > 0) missing.add(date);
    world.advance("P1D");
  }
  assert.ok(missing.size > 0 && missing.size < 20, `${missing.size}`);
});

Deno.test("heart rate: some rows are revised under the same key", () => {
  const world = worldOf();
  const query = { user: "wearer-1", type: "heart_rate" as const, from: "2026-10-14" };
  let revised = 0;
  for (let day = 1; day <= 40; day++) {
    const since = world.now;
    world.advance("P1D");
    const from = new Date(since - 4 * 86_400_000).toISOString().slice(0, 10);
    const to = new Date(since).toISOString().slice(0, 10);
    revised += changes(world, { ...query, from, to }, since).revised.length;
  }
  assert.ok(revised > 20, `${revised}`);
});

Deno.test("heart rate: about 1,100 to 1,230 rows a day, clusters of five seconds, two sources", () => {
  const world = worldOf({ zone: "UTC" });
  const counts: number[] = [];
  let twice = 0;
  let close = 0;
  for (let day = 1; day <= 28; day++) {
    const date = `2026-09-${String(day).padStart(2, "0")}`;
    const rows = bodies(world, "heart_rate", date, date);
    if (rows.length > 0) counts.push(rows.length);
    rows.forEach((row, index) => {
      const gap = Date.parse(String(row.timestamp)) -
        Date.parse(String(rows[index - 1]?.timestamp));
      if (gap === 0) twice++;
      if (gap === 5_000) close++;
      assert.ok(Number(row.bpm) > 35 && Number(row.bpm) < 200);
    });
  }
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  assert.ok(mean > 1_050 && mean < 1_280, `${mean}`);
  assert.ok(twice > 5 && close > 10_000, `${twice} ${close}`);
});
