/**
 * The pictures of the page in README.md and docs: the demo's wearer, a year of data, drawn by
 * Chromium in both themes.
 *
 * Usage: deno run --allow-all tools/screenshots.ts [directory]
 */
import { openPglite } from "../lib/db/driver/pglite/open_pglite.ts";
import { migrate } from "../lib/db/migrate/migrate.ts";
import { createApp } from "../server/http.ts";
import { findChromium, launch, settled } from "../tests/support/browser.ts";
import { NOW, withPageWorld } from "../tests/support/page_world.ts";

const DAYS = 400;
const HEART_DAYS = 95;
/** File, address and size of each picture; each is taken light and dark. */
const PICTURES = [
  { name: "today", path: "/", width: 1280, height: 860 },
  { name: "night", path: "/night", width: 1280, height: 800 },
  { name: "trends", path: "/trends", width: 1280, height: 860 },
  { name: "year", path: "/year", width: 1280, height: 800 },
  { name: "phone", path: "/", width: 390, height: 844 },
] as const;

const chromium = await findChromium();
if (chromium === null) throw new Error("no Chromium: apt-get install chromium");
const directory = Deno.args[0] ?? "docs/images";
const db = await openPglite({ directory: null, schema: "oura" });
await migrate(db);
await withPageWorld(db, { days: DAYS, heartDays: HEART_DAYS }, async ({ pipeline }) => {
  const started = Date.now();
  const now = () => new Date(Date.parse(NOW) + 720_000 + Date.now() - started);
  const app = createApp({ db, pipeline, hostname: "127.0.0.1", token: null, now });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  const browser = await launch(chromium);
  for (const { name, path, width, height } of PICTURES) {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({
        viewport: { width, height },
        colorScheme,
        locale: "en-GB",
      });
      await page.goto(`http://127.0.0.1:${server.addr.port}${path}`);
      await settled(page);
      await page.screenshot({ path: `${directory}/${name}-${colorScheme}.png` });
      await page.close();
    }
  }
  await browser.close();
  await server.shutdown();
});
await db.close();
