/** The page: one document for every address, and its files, all inside the program. */
import { createHash } from "node:crypto";
import { Hono } from "hono";
import { ASSETS } from "./assets/mod.ts";
import SHELL from "./shell.html" with { type: "text" };

/** The addresses of pages. */
const PAGES = [
  "/",
  "/night",
  "/night/:day",
  "/trends",
  "/heart",
  "/activity",
  "/body",
  "/year",
  "/tags",
  "/data",
  "/cohort",
];

/** The routes of the page. */
export function pages(): Hono {
  const app = new Hono();
  const files = new Map(
    Object.entries(ASSETS).map(([name, { text, type }]) => [
      name,
      { text, type, tag: `"${createHash("sha256").update(text).digest("hex").slice(0, 20)}"` },
    ]),
  );
  app.get("/assets/:name{.+}", (c) => {
    const file = files.get(c.req.param("name"));
    if (!file) return c.notFound();
    c.header("ETag", file.tag);
    // Asked again each time, so that a new version of the program shows at once.
    c.header("Cache-Control", "no-cache");
    if (c.req.header("if-none-match") === file.tag) return c.body(null, 304);
    c.header("Content-Type", file.type);
    return c.body(file.text);
  });
  app.get("/favicon.ico", (c) => c.body(null, 204));
  for (const path of PAGES) {
    app.get(path, (c) => {
      c.header("Cache-Control", "no-cache");
      return c.html(SHELL);
    });
  }
  return app;
}
