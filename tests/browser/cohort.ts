/** The cohort page in a browser: several wearers, sorted by keys, phone and desktop, both themes. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { setLabel } from "../../lib/db/store/wearers.ts";
import { findChromium, settled } from "../support/browser.ts";
import { NOW, withPageWorld } from "../support/page_world.ts";
import { withPostgres } from "../support/server_database.ts";
import { DESKTOP, type Look, PHONE, seriousFindings, type Served, withPage } from "./support.ts";

const USERS = ["berlin", "sydney", "away"].map((id) => ({ id, zone: "UTC" }));
const LOOKS: Required<Look>[] = [
  { viewport: DESKTOP, colorScheme: "light" },
  { viewport: PHONE, colorScheme: "dark" },
];

// Where there is no Chromium there is nothing to drive; `.ci/run` installs it.
if (await findChromium() !== null) {
  Deno.test("the cohort page in a browser", (t) =>
    withPostgres("oura", async (db) => {
      await withPageWorld(db, { days: 20, heartDays: 5, users: USERS }, async () => {
        await setLabel(db, "away", "P-017", new Date(NOW));
        await db.exec(`INSERT INTO oura.oauth_tokens (user_id, access_token, refresh_token, key_id,
          key_version, expires_at, portal, token_url, revoke_url, client_id, state)
          VALUES ('away', '\\x00', '\\x00', 'k', 2, now(), 'moi', 'https://x', 'https://x', 'c',
            'needs_login')`);
        await withPage(db, (served) => walk(t, served));
      });
    }, { applied: true }));
}

async function walk(t: Deno.TestContext, { open, complaints }: Served): Promise<void> {
  for (const look of LOOKS) {
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
      const address = new URL(page.url());
      assert.equal(address.pathname + address.search, "/cohort?sort=wearer&order=down");
      const again = await open(address.pathname + address.search);
      assert.deepEqual(await names(again), ["sydney", "P-017", "berlin"]);
      const sorted = again.locator('th[aria-sort="descending"]');
      assert.equal(await sorted.innerText(), "Wearer");
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
  });
  assert.deepEqual(complaints, []);
}

const names = async (page: Page) =>
  await page.locator('table.cohort th[scope="row"]').allInnerTexts();
