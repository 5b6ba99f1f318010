import assert from "node:assert/strict";
import { formats, offsetName } from "../../server/dashboard/assets/format.js";
import { html } from "../../server/dashboard/assets/html.js";
import {
  dayTicks,
  linear,
  metricTicks,
  ticks,
} from "../../server/dashboard/assets/charts/scale.js";
import { bandPath, gridOf, linePath } from "../../server/dashboard/assets/charts/parts.js";
import { daysNamed } from "../../server/dashboard/assets/search.js";

const metric = (kind: string, options: Record<string, unknown> = {}) => ({
  id: "t.m",
  name: "M",
  unit: null,
  kind,
  levels: null,
  decimals: 0,
  group: "sleep",
  daily: "latest",
  meaning: null,
  ...options,
});
const plain = (text: string) => text.replaceAll("\u00a0", " ");

Deno.test("values are written in the reader's locale, with their units", () => {
  const [british, german] = [formats("en-GB"), formats("de-DE")];
  assert.equal(plain(british.full(metric("duration"), 22_080)), "6 h 08 min");
  assert.equal(plain(british.full(metric("duration"), -600)), "−10 min");
  assert.equal(plain(british.full(metric("duration"), -10)), "0 min");
  assert.equal(british.plain(metric("clock"), -1.25), "22:45");
  assert.equal(british.plain(metric("clock"), 25), "01:00");
  assert.equal(plain(british.full(metric("count", { unit: "steps" }), 12_345)), "12,345 steps");
  assert.equal(plain(german.full(metric("count", { unit: "steps" }), 12_345)), "12.345 steps");
  assert.equal(plain(german.full(metric("distance"), 5_240)), "5,2 km");
  const deviation = metric("number", { id: "t.temperature_deviation", unit: "°C", decimals: 2 });
  assert.equal(plain(british.full(deviation, 0.4)), "+0.40 °C");
  assert.equal(plain(british.full(deviation, -0.2)), "−0.20 °C");
  assert.equal(british.plain(metric("level", { levels: ["low", "high"] }), 2), "high");
});

Deno.test("differences have a sign, unless they are nothing", () => {
  const fmt = formats("en-GB");
  assert.equal(plain(fmt.change(metric("number", { unit: "ms" }), -6.3)), "−6.3 ms");
  assert.equal(plain(fmt.change(metric("number", { unit: "ms" }), 12)), "+12 ms");
  assert.equal(plain(fmt.change(metric("number", { unit: "%", decimals: 1 }), 0.01)), "0.0 %");
  assert.equal(plain(fmt.change(metric("duration"), -9)), "0 min");
  assert.equal(plain(fmt.change(metric("clock"), 0.5)), "+30 min");
  assert.equal(offsetName(-12_600), "UTC−3:30");
});

Deno.test("what is put into markup is escaped, unless it is markup", () => {
  const text = `<img src=x onerror="alert('1')">&`;
  const made =
    html`<p title="${text}">${text}${html`<b>${1}</b>`}${null}${[html`<i>x</i>`]}</p>`.text;
  const escaped = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;";
  assert.equal(made, `<p title="${escaped}">${escaped}<b>1</b><i>x</i></p>`);
});

Deno.test("ticks are round, few, and never written alike", () => {
  assert.deepEqual(ticks([41, 79], 4), [50, 60, 70]);
  assert.deepEqual(metricTicks(metric("number"), [64.6, 65.4], 4), [65]);
  assert.deepEqual(metricTicks(metric("duration"), [3_000, 8_000], 3), [3_600, 5_400, 7_200]);
  const days = Array.from(
    { length: 365 },
    (_, i) => new Date(Date.UTC(2025, 10, 26) + i * 86_400_000).toISOString().slice(0, 10),
  );
  const named = dayTicks(days, 8);
  assert.ok(named.length <= 8 && named.length > 3);
  assert.ok(named.every(({ place }) => days[place]!.endsWith("-01")));
  const twoOfThem = dayTicks(days.slice(-61), 2).map(({ place }) => days.slice(-61)[place]);
  assert.deepEqual(twoOfThem, ["2026-10-14", "2026-11-25"], "where there is room for two");
  const scale = linear([0, 10], [100, 0]);
  assert.equal(scale.invert(scale(3)), 3);
});

Deno.test("a gap breaks a line and a band, and is bridged only where asked", () => {
  const [x, y] = [(i: number) => i * 10, (v: number) => v];
  const values = [1, 2, null, 4];
  assert.equal(linePath(values, x, y), "M0 1L10 2M30 4");
  assert.equal(linePath(values, x, y, 1), "M0 1L10 2L30 4");
  assert.equal(linePath([null, 5, 6], x, y, Infinity), "M10 5L20 6");
  assert.equal(bandPath([1, null], [2, null], x, y), "M0 2L0 1Z");
  const grid = gridOf({ at: [600, 1_800], min: [1, 3], mean: [2, 4], max: [3, 5], every: 600 });
  assert.deepEqual(grid.mean, [2, null, 4]);
});

Deno.test("search understands days", () => {
  const today = "2026-11-25";
  assert.deepEqual(daysNamed("20 nov", today), ["2026-11-20"]);
  assert.deepEqual(daysNamed("December 24", today), ["2025-12-24"]);
  assert.deepEqual(daysNamed("2024-02-29", today), ["2024-02-29"]);
  assert.deepEqual(daysNamed("yesterday", today), ["2026-11-24"]);
  assert.deepEqual(daysNamed("deep sleep", today), []);
});
