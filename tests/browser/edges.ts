/** The page in a browser where data is scarce or strange: no broken page, no wrong day. */
import assert from "node:assert/strict";

import { parsePipeline } from "../../config/pipeline.ts";
import { findChromium } from "../support/browser.ts";
import { FLYER, withPageWorld } from "../support/page_world.ts";
import { withServerFirst } from "../support/server_first.ts";
import { PAGES, PHONE, type Served, textOf, withPage } from "./support.ts";

/** Goes from address to address, each of which must show itself whole. */
async function looks(served: Served, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const page = await served.follow(path, { viewport: PHONE });
    const words = await page.locator("body").innerText();
    assert.doesNotMatch(words, /undefined|null|NaN|Infinity|\[object|cannot be shown/i, path);
    assert.ok((await textOf(page, "h1")).length > 0, path);
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
  }
  assert.deepEqual(served.complaints, []);
}

// Where there is no Chromium there is nothing to drive; `.ci/run` installs it.
if (await findChromium() !== null) {
  Deno.test("the page of naps alone, of days alone, and of one type", (t) =>
    withServerFirst(async (db) => {
      await withPageWorld(db, { days: 16, heartDays: 3 }, async () => {
        await t.step("naps alone: nights are missing, days are not", async () => {
          await db.exec("UPDATE oura.sleep SET type = 'sleep'");
          await withPage(db, async (served) => {
            await looks(served, PAGES);
            const page = await served.follow("/night/2026-11-25", { viewport: PHONE });
            assert.match(await textOf(page, ".empty"), /No night on this day/);
          });
        });

        await t.step("a ring that is never worn at night", async () => {
          for (
            const table of ["sleep", "daily_sleep", "daily_readiness", "daily_spo2", "sleep_time"]
          ) {
            await db.exec(`DELETE FROM oura.${table}`);
          }
          await db.exec("DELETE FROM oura.heart_rate WHERE source IN ('sleep', 'rest')");
          await withPage(db, async (served) => {
            await looks(served, PAGES);
            const page = await served.follow("/", { viewport: PHONE });
            assert.match(await textOf(page, ".card .empty"), /No night yet/);
            assert.match(await page.locator("body").innerText(), /steps/);
          });
        });

        await t.step("one type in the configuration", async () => {
          const { pipeline } = parsePipeline(
            "version: 1\ndata_types: { daily_activity: { columns: { steps: steps } } }",
            "oura.yaml",
          );
          await withPage(db, (served) => looks(served, PAGES), {
            pipeline: { ...pipeline!, schema: db.schema },
          });
        });
      });
    }, { applied: true }));

  Deno.test("the page of a clock change, of a flight over the date line, and of two wearers", (t) =>
    withServerFirst(async (db) => {
      const users = [FLYER, { id: "other", zone: "Australia/Sydney" }];
      await withPageWorld(db, { days: 34, heartDays: 12, users }, async ({ oura }) => {
        await withPage(db, async (served) => {
          await t.step("every page and every special day shows itself", async () => {
            const days = ["2026-10-25", "2026-11-10", "2026-11-17", "2026-11-18", "2026-11-22"];
            await looks(served, [
              ...PAGES.map((path) => `${path}?wearer=flyer`),
              ...days.flatMap((day) => [`/?wearer=flyer&day=${day}`, `/night/${day}?wearer=flyer`]),
            ]);
          });

          await t.step(
            "a night is shown in the clock time of the place it was slept in",
            async () => {
              const { rows } = await db.query<{ day: string; bed: string }>(
                `SELECT DISTINCT ON (day) day,
                to_char(bedtime_start AT TIME ZONE utc_offset, 'HH24:MI') AS bed
              FROM oura.sleep WHERE user_id = 'flyer' AND type = 'long_sleep'
                AND day IN ('2026-10-26', '2026-11-13', '2026-11-19')
              ORDER BY day, total_sleep_duration DESC`,
              );
              assert.ok(rows.length >= 2);
              for (const { day, bed } of rows) {
                const page = await served.follow(`/night/${day}?wearer=flyer`, { viewport: PHONE });
                const [from] = (await textOf(page, ".card header span")).split(" ");
                assert.equal(from, bed, day);
              }
            },
          );

          await t.step("a choice of wearers leads to each one's own days", async () => {
            assert.equal(oura.world.wearers.length, 2);
            const page = await served.open("/?wearer=flyer");
            const mine = await page.locator('[data-value="daily_sleep.score"]').textContent();
            await page.locator("#wearer").selectOption("other");
            await page.waitForURL(/wearer=other/);
            await page.waitForSelector('[data-value="daily_sleep.score"]');
            const api = await (await fetch(`${served.url}/api/today?wearer=other`)).json();
            assert.equal(api.day, "2026-11-26", "past midnight in Sydney");
            assert.ok(mine !== null);
          });
          assert.deepEqual(served.complaints, []);
        });
      });
    }, { applied: true }));
}
