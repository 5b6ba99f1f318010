/** The page of a database, served and open in a browser. */
import AXE from "axe-core/axe.min.js" with { type: "text" };
import type { Browser, Page } from "playwright-core";
import type { Database } from "../../lib/db/driver/database.ts";
import type { Pipeline } from "../../config/model.ts";
import { createApp } from "../../server/http.ts";
import { findChromium, launch, settled } from "../support/browser.ts";
import { NOW } from "../support/page_world.ts";
import { shippedPipeline } from "../support/sync_world.ts";

/** The addresses of all pages. */
export const PAGES = [
  "/",
  "/night",
  "/trends",
  "/heart",
  "/activity",
  "/body",
  "/year",
  "/tags",
  "/data",
];
/** A window on a desk, in pixels. */
export const DESKTOP = { width: 1280, height: 900 };
/** A phone held upright. */
export const PHONE = { width: 390, height: 844 };

/** A page that is served and open. */
export interface Served {
  readonly url: string;
  /**
   * Opens an address and waits for it; console, policy and page errors are collected. There is one
   * tab for each look, and the next address replaces the last: a new tab costs a process.
   */
  open(path: string, look?: Look): Promise<Page>;
  /**
   * Goes to an address by a link of the page that is open, which costs a third of {@linkcode open};
   * opens it where the look has no page yet.
   */
  follow(path: string, look?: Look): Promise<Page>;
  readonly complaints: string[];
  /** Every address that was asked for. */
  readonly requested: Set<string>;
}

/** How it is looked at. */
export interface Look {
  readonly viewport?: typeof DESKTOP;
  readonly colorScheme?: "light" | "dark";
}

/** Serves the page of a database and opens a browser, for the length of `body`. */
export async function withPage(
  db: Database,
  body: (served: Served) => Promise<void>,
  { pipeline = shippedPipeline(db.schema), now = NOW }: { pipeline?: Pipeline; now?: string } = {},
): Promise<void> {
  const app = createApp({
    db,
    pipeline,
    hostname: "127.0.0.1",
    token: null,
    now: () => new Date(now),
  });
  const stop = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
    app.fetch,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const tabs = new Tabs(await theBrowser());
  const { complaints, requested } = tabs;
  try {
    const open = (path: string, look?: Look) => tabs.open(url + path, look);
    const follow = (path: string, look?: Look) => tabs.follow(url + path, look);
    await body({ url, complaints, requested, open, follow });
  } finally {
    await tabs.close();
    stop.abort();
    await server.finished;
  }
}

// One for all tests: to start one costs 2 s of work.
let browser: Promise<Browser> | undefined;
Deno.test.afterAll(async () => await (await browser)?.close());

async function theBrowser(): Promise<Browser> {
  return await (browser ??= launch((await findChromium())!));
}

/** Tabs of the browser, one for each look, and their complaints. */
class Tabs {
  readonly complaints: string[] = [];
  readonly requested = new Set<string>();
  readonly #tabs = new Map<string, Page>();

  constructor(private readonly browser: Browser) {}

  async open(address: string, { viewport = DESKTOP, colorScheme = "light" }: Look = {}) {
    const look = nameOf({ viewport, colorScheme });
    const page = this.#tabs.get(look) ?? await this.#add({ viewport, colorScheme });
    this.#tabs.set(look, page);
    await page.goto(address);
    await settled(page);
    return page;
  }

  async follow(address: string, look: Look = {}) {
    const page = this.#tabs.get(nameOf(look));
    if (page === undefined) return await this.open(address, look);
    await page.evaluate<void>(`(() => {
      const link = document.createElement("a");
      link.href = ${JSON.stringify(address)};
      document.body.append(link);
      link.click();
      link.remove();
    })()`);
    await settled(page);
    return page;
  }

  async close(): Promise<void> {
    for (const page of this.#tabs.values()) await page.context().close();
  }

  async #add(look: Required<Look>): Promise<Page> {
    const context = await this.browser.newContext({ ...look, locale: "en-GB" });
    const page = await context.newPage();
    const complain = (text: string) => this.complaints.push(`${page.url()}: ${text}`);
    page.on("console", (message) => complain(message.text()));
    page.on("pageerror", (error) => complain(error.message));
    page.on("request", (request) => this.requested.add(new URL(request.url()).origin));
    return page;
  }
}

function nameOf({ viewport = DESKTOP, colorScheme = "light" }: Look): string {
  return `${viewport.width} ${colorScheme}`;
}

/** The text of the first element that fits. */
export const textOf = async (page: Page, selector: string) =>
  (await page.locator(selector).first().textContent())?.trim() ?? "";

/** The figure of an element, whatever its unit. */
export const numberOf = (text: string) => Number(text.replace("−", "-").replace(/[^\d.-]/g, ""));

/** What axe calls serious or critical. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Under the policy no script may be added to the page; the debugger may run one.
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: AXE });
  const { result } = await session.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      JSON.stringify(violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  return JSON.parse(String(result.value));
}

/** Names of an axis, or the button of a chart's table, that overlap. */
export async function namesOnTop(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`[...document.querySelectorAll("[data-figure]")].flatMap(
    (figure) => {
      const names = [...figure.querySelectorAll("text[text-anchor], summary")].map((each) =>
        [each.textContent, each.getBoundingClientRect()]);
      return names.flatMap(([text, a], i) => names.slice(i + 1).filter(([, b]) =>
        a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom
      ).map(([other]) => figure.dataset.figure + ": " + text + " over " + other));
    })`);
}
