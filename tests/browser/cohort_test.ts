/** The cohort page in a browser: several wearers, sorted by keys, phone and desktop, both themes. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Database } from "../../lib/db/driver/database.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { setLabel } from "../../lib/db/store/wearers.ts";
import { createApp } from "../../server/http.ts";
import { findChromium, launch, settled } from "../support/browser.ts";
import { withPglite } from "../support/databases.ts";
import { NOW, withPageWorld } from "../support/page_world.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { seriousFindings } from "./support.ts";

const CHROMIUM = await findChromium();
const USERS = ["berlin", "sydney", "away"].map((id) => ({ id, zone: "UTC" }));
const DESKTOP = { viewport: { width: 1280, height: 900 }, colorScheme: "light" } as const;
const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: "dark" } as const;

// Where there is no Chromium there is nothing to drive; `.ci/run` installs it.
if (CHROMIUM !== null) {
  Deno.test("the cohort page in a browser", (t) =>
    withPglite("oura", async (db) => {
      await migrate(db);
      await withPageWorld(db, { days: 20, heartDays: 5, users: USERS }, async () => {
        await setLabel(db, "away", "P-017", new Date(NOW));
        await db.exec(`INSERT INTO oura.oauth_tokens (user_id, access_token, refresh_token, key_id,
          key_version, expires_at, portal, token_url, revoke_url, client_id, state)
          VALUES ('away', '\\x00', '\\x00', 'k', 2, now(), 'moi', 'https://x', 'https://x', 'c',
            'needs_login')`);
        await walk(t, db);
      });
    }));
}

async function walk(t: Deno.TestContext, db: Database): Promise<void> {
  const app = createApp({
    db,
    pipeline: shippedPipeline(db.schema),
    hostname: "127.0.0.1",
    token: null,
    now: () => new Date(NOW),
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  const browser = await launch(CHROMIUM!);
  const complaints: string[] = [];
  const open = async (path: string, look: typeof DESKTOP | typeof PHONE = DESKTOP) => {
    const context = await browser.newContext({ ...look, locale: "en-GB" });
    const page = await context.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${server.addr.port}${path}`);
    await settled(page);
    return page;
  };
  try {
    for (const look of [DESKTOP, PHONE]) {
      await t.step(
        `without a complaint, ${look.viewport.width} px, ${look.colorScheme}`,
        async () => {
          const page = await open("/cohort", look);
          assert.deepEqual((await names(page)).toSorted(), ["P-017", "berlin", "sydney"]);
          assert.equal(await page.locator("table.cohort .strips svg path").first().count(), 1);
          const wide = await page.evaluate<number>(
            "document.documentElement.scrollWidth - innerWidth",
          );
          assert.ok(wide <= 0, `${wide} px too wide`);
          assert.deepEqual(await seriousFindings(page), []);
          const words = await page.locator("body").innerText();
          assert.doesNotMatch(words, /\\u|undefined|null|NaN|Infinity|\[object/);
          assert.deepEqual(complaints, []);
          await page.context().close();
        },
      );
    }
    await t.step(
      "wearers who need attention come first; keys sort, and the address keeps it",
      async () => {
        const page = await open("/cohort");
        assert.equal((await names(page))[0], "P-017");
        await page.locator('[data-sort="wearer"]').focus();
        await page.keyboard.press("Enter");
        assert.deepEqual(await names(page), ["berlin", "P-017", "sydney"]);
        await page.keyboard.press("Enter");
        assert.deepEqual(await names(page), ["sydney", "P-017", "berlin"]);
        const focused = await page.evaluate<string>("document.activeElement.dataset.sort");
        assert.equal(focused, "wearer");
        const address = page.url();
        assert.match(address, /\/cohort\?sort=wearer&order=down$/);
        const again = await open(new URL(address).pathname + new URL(address).search);
        assert.deepEqual(await names(again), ["sydney", "P-017", "berlin"]);
        const sorted = again.locator('th[aria-sort="descending"]');
        assert.equal(await sorted.innerText(), "Wearer");
        await again.context().close();
        await page.context().close();
      },
    );
    await t.step("a name leads to the wearer's own pages, and the menu names labels", async () => {
      const page = await open("/cohort");
      assert.ok(await page.locator('.side a[data-page="cohort"]').isVisible());
      assert.deepEqual((await page.locator("#wearer option").allInnerTexts()).toSorted(), [
        "P-017",
        "berlin",
        "sydney",
      ]);
      await page.locator('th[scope="row"] a', { hasText: "P-017" }).click();
      await settled(page);
      assert.match(page.url(), /\/\?wearer=P-017$/);
      assert.equal(await page.locator(".empty").count(), 0);
      await page.context().close();
    });
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

const names = async (page: Page) =>
  await page.locator('table.cohort th[scope="row"]').allInnerTexts();
