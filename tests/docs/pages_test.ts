import assert from "node:assert/strict";
import { dirname, join, normalize } from "node:path/posix";
import { isServed } from "../../config/model.ts";
import { generatedPages, pages } from "../../tools/docs/pages.ts";
import { readResults } from "../../bench/results.ts";
import { benchChart } from "../../tools/docs/bench_chart.ts";
import { terminalPicture } from "../../tools/docs/terminal_picture.ts";
import { anchors, linkTargets } from "./markdown.ts";

const PAGES = await pages();

Deno.test("the generated parts of the pages are fresh: `deno task docs:write`", async () => {
  for (const { path, text } of await generatedPages()) {
    assert.equal(PAGES.find((page) => page.path === path)?.text, text, path);
  }
});

for (const { path, text } of PAGES) {
  Deno.test(`links of ${path} lead somewhere`, async () => {
    for (const target of linkTargets(text)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file, anchor] = target.split("#");
      const where = file ? normalize(join(dirname(path), file)) : path;
      const linked = await Deno.stat(where).catch(() => null);
      assert.ok(linked, `${path} links to ${target}, which is not there`);
      if (anchor === undefined) continue;
      const found = anchors(await Deno.readTextFile(where));
      assert.ok(found.has(anchor), `${path} links to ${target}; there is no such heading`);
    }
  });
}

Deno.test("README.md links every page", () => {
  const readme = PAGES.find(({ path }) => path === "README.md")!;
  const linked = new Set(linkTargets(readme.text));
  assert.deepEqual(PAGES.map(({ path }) => path).filter((path) => !linked.has(path)), [
    "README.md",
  ]);
});

Deno.test("the picture shows the tables of the shipped configuration", async () => {
  const picture = await Deno.readTextFile("docs/images/demo.svg");
  const { shippedPipeline } = await import("../../tools/docs/shipped.ts");
  for (const { table } of shippedPipeline().types.filter(isServed)) {
    assert.ok(picture.includes(`>${table} `), table);
  }
});

Deno.test("the chart of PERFORMANCE.md shows the results on record", async () => {
  const chart = await Deno.readTextFile("docs/images/performance.svg");
  assert.equal(chart, benchChart(await readResults()));
});

Deno.test("benchChart() draws a bar for each result with a budget, and none longer than the picture", () => {
  const result = (ratio: number, budget: { atMost?: number; atLeast?: number }) => ({
    what: "a < b",
    measured: ratio * 10_000,
    unit: "s",
    reference: null,
    ratio,
    budget,
    isWithin: true,
  });
  const results = [
    result(1, { atMost: 2 }),
    result(99, { atMost: 2 }),
    result(7, {}),
    result(4, { atLeast: 2 }),
  ];
  const chart = benchChart({ some: { at: "2026-11-26", processors: 2, load: 1, results } });
  const widths = [...chart.matchAll(/width="([\d.]+)" height="14"/g)].map(([, width]) => width);
  assert.deepEqual(widths, ["150.0", "390.0", "150.0"]);
  assert.match(chart, />a &lt; b<\/text>/);
  assert.match(chart, />990,000 s \(≤ 2\)<\/text>/);
});

Deno.test("terminalPicture() escapes what XML would read, and fixes the width of lines", () => {
  const picture = terminalPicture('demo "x"', "a < b & c\n\nd");
  assert.match(picture, /aria-label="What demo &quot;x&quot; prints"/);
  assert.match(picture, />a &lt; b &amp; c<\/text>/);
  assert.equal(picture.match(/<text /g)?.length, 3);
  assert.match(picture, /textLength="75.6">a &lt;/);
});
