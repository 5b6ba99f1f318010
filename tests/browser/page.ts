import assert from "node:assert/strict";
import { findChromium, settled } from "../support/browser.ts";
import { withPostgres } from "../support/server_database.ts";
import { SOAK } from "../support/soak.ts";
import { TODAY, WEARER, withPageWorld } from "../support/page_world.ts";
import {
  DESKTOP,
  type Look,
  namesOnTop,
  numberOf,
  PAGES,
  PHONE,
  seriousFindings,
  type Served,
  textOf,
  withPage,
} from "./support.ts";

/** An address without a page: the browser complains about the answer, as it should. */
const WRONG = "/trends?from=yesterday";

const CHROMIUM = await findChromium();
// Where there is no Chromium there is nothing to drive; `.ci/run` installs it.
if (CHROMIUM !== null) {
  Deno.test("the page in a browser: every page, both themes, phone and desktop", (t) =>
    withPostgres("oura", async (db) => {
      await withPageWorld(db, { days: 100, heartDays: 6 }, async () => {
        await withPage(db, (served) => walk(t, served));
      });
    }, { applied: true }));

  Deno.test("the page in a browser: before the first sync, and on the first day", () =>
    firstDays());
}

async function walk(t: Deno.TestContext, served: Served): Promise<void> {
  const { open, follow, complaints, requested, url } = served;

  for (const [place, path] of PAGES.entries()) {
    await t.step(`${path} shows itself without a complaint`, async () => {
      const looks: Look[] = [
        { viewport: DESKTOP, colorScheme: "light" },
        { viewport: PHONE, colorScheme: "dark" },
      ];
      for (const [turn, look] of looks.entries()) {
        // Loaded in one look, and reached by a link in the other.
        const page = await (turn === 0 ? open : follow)(path, look);
        assert.equal(await page.locator(".empty").count(), 0, `${path} is empty`);
        const drawn = await page.locator("figure.chart svg").count();
        assert.ok(drawn > 0, `${path} has charts`);
        const wide = await page.evaluate<number>(
          "document.documentElement.scrollWidth - innerWidth",
        );
        assert.ok(wide <= 0, `${path} is ${wide} px too wide at ${look.viewport!.width} px`);
        const theme = await page.evaluate<string>("document.documentElement.dataset.theme");
        assert.equal(theme, look.colorScheme);
        // With a push axe sees each page in one theme, and each theme in every other page.
        if (SOAK || (place + turn) % 2 === 0) {
          assert.deepEqual(await seriousFindings(page), [], `${path} ${look.colorScheme}`);
        }
        const words = await page.locator("body").innerText();
        assert.doesNotMatch(words, /\\u|undefined|null|NaN|Infinity|\[object/, path);
      }
      assert.deepEqual(complaints, []);
    });
  }

  await t.step("what is shown is what the API holds", async () => {
    const api = async (path: string) => await (await fetch(`${url}/api/${path}`)).json();
    const day = await api("today");
    const page = await follow("/");
    const sleep = day.scores.find((one: { metric: { id: string } }) =>
      one.metric.id === "daily_sleep.score"
    );
    assert.equal(numberOf(await textOf(page, '[data-value="daily_sleep.score"]')), sleep.value);
    const hrv = day.vitals.find((one: { metric: { id: string } }) =>
      one.metric.id === "sleep.average_hrv"
    );
    assert.equal(await textOf(page, '[data-value="sleep.average_hrv"]'), `${hrv.value}\u00a0ms`);
    const relation = (await api("relation?x=sleep.average_hrv&y=sleep.lowest_heart_rate")).relation;
    const trends = await follow("/trends");
    assert.equal(
      numberOf(await textOf(trends, '[data-value="r"]')),
      Math.round(relation.correlation.r * 100) / 100,
    );
  });

  await t.step("arrow keys go from night to night, and through a chart", async () => {
    const page = await follow(`/night/${TODAY}`);
    await page.keyboard.press("ArrowLeft");
    await page.waitForURL(/\/night\/2026-11-2[1-4]/);
    await settled(page);
    const before = page.url();
    await page.locator('figure[aria-label^="Night of"]').focus();
    await page.keyboard.press("ArrowLeft");
    const said = await textOf(page, "#live");
    assert.match(said, /^\d\d:\d\d · (?:awake|light|deep|rem)/i);
    await page.keyboard.press("ArrowLeft");
    assert.notEqual(await textOf(page, "#live"), said);
    assert.equal(page.url(), before, "inside a chart the arrows move the cursor only");
  });

  await t.step("search finds pages, metrics and days; keys are listed", async () => {
    const page = await follow("/");
    await page.keyboard.press("/");
    await page.locator("#query").fill("deep sleep contr");
    assert.match(await textOf(page, "#found li"), /Deep sleep contributor/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/trends\?metrics=daily_sleep\.deep_sleep_score/);
    await settled(page);
    await page.keyboard.press("/");
    await page.locator("#query").fill("20 nov");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/night\/2026-11-20/);
    await settled(page);
    await page.keyboard.press("?");
    assert.ok(await page.locator("#keys").isVisible());
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await page.waitForURL(/:\d+\/$/);
  });

  await t.step("a brush zooms, the address keeps it, and going back undoes it", async () => {
    const page = await follow("/heart");
    const chart = page.locator('figure[aria-label^="Heart rate from"]');
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 80, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=/);
    await settled(page);
    const kept = new URL(page.url());
    const hours =
      (Date.parse(kept.searchParams.get("to")!) - Date.parse(kept.searchParams.get("from")!)) /
      3_600_000;
    assert.ok(hours > 8 && hours < 30, `${hours} h`);
    await page.goBack();
    await settled(page);
    assert.doesNotMatch(page.url(), /from=/);
    const again = await open(kept.pathname + kept.search);
    assert.equal(await again.locator('figure[aria-label^="Heart rate from"] svg').count(), 1);
  });

  await t.step("in print there is the content and nothing to press", async () => {
    const page = await follow("/");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".side").isVisible(), false);
    assert.equal(await page.locator(".card").first().isVisible(), true);
    await page.emulateMedia({ media: null });
  });

  await t.step("text of the wearer stays text", async () => {
    const page = await open("/tags?tag=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&wearer=" + WEARER);
    assert.equal(await page.locator("main img").count(), 0);
    const wrong = await open(WRONG);
    assert.match(await textOf(wrong, ".empty"), /must be a day/);
  });

  await t.step("names of an axis do not overlap", async () => {
    for (const path of ["/trends", "/activity", "/year", "/data"]) {
      for (const from of ["2026-11-20", "2026-09-27"]) {
        const page = await follow(`${path}?from=${from}&to=${TODAY}`, { viewport: PHONE });
        assert.deepEqual(await namesOnTop(page), [], `${path} from ${from}`);
      }
    }
  });

  await t.step("no request left the machine, and nothing complained", () => {
    assert.deepEqual([...requested], [url]);
    assert.deepEqual(complaints.filter((one) => !one.includes(WRONG)), []);
  });
}

function firstDays(): Promise<void> {
  return withPostgres("oura", async (db) => {
    await withPage(db, async ({ follow }) => {
      for (const path of PAGES) {
        const page = await follow(path);
        assert.match(await textOf(page, ".empty"), /No data yet/, path);
      }
    });
    await withPageWorld(db, { days: 1 }, async () => {
      await withPage(db, async ({ follow, complaints }) => {
        for (const path of PAGES) await follow(path, { viewport: PHONE });
        assert.deepEqual(complaints, []);
      });
    });
  }, { applied: true });
}
