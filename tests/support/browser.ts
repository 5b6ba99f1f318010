/** Debian's Chromium, driven for tests and for the screenshots of the README. */
import type { Browser, Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where Chromium is on this machine; null where there is none. */
export async function findChromium(): Promise<string | null> {
  for (const path of [Deno.env.get("CHROMIUM"), ...PLACES]) {
    if (path === undefined) continue;
    const found = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
    if (found) return path;
  }
  return null;
}

/** Starts a browser. */
export async function launch(executablePath: string): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch({ executablePath, args: FLAGS });
}

/** Waits until the page shows what its address asks for; `waitForFunction` fails under the policy. */
export async function settled(page: Page): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const ready = await page.evaluate<boolean>(`(() => {
      const place = document.getElementById("page");
      return place !== null && !place.classList.contains("waiting") &&
        place.dataset.shown === location.pathname + location.search;
    })()`);
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the page did not come to rest: ${page.url()}`);
}
