import assert from "node:assert/strict";
import type { Hono } from "hono";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { CONTENT_SECURITY_POLICY } from "../../server/guard.ts";
import { type AppOptions, createApp } from "../../server/http.ts";
import { withPostgres } from "../support/server_database.ts";
import { NOW, TODAY, WEARER, withPageWorld } from "../support/page_world.ts";
import { SOAK } from "../support/soak.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { StoredBudget } from "../../lib/db/store/budget.ts";
import { shippedPipeline } from "../support/sync_world.ts";

const HOST = "127.0.0.1:8787";
const PAGES = [
  "/",
  "/night",
  `/night/${TODAY}`,
  "/trends",
  "/heart",
  "/activity",
  "/body",
  "/year",
  "/tags",
  "/data",
  "/cohort",
];
const API = [
  "overview",
  "today",
  `night/${TODAY}`,
  "trends",
  "heart",
  "heart/hours",
  "heart/zones",
  "activity",
  "body",
  "year",
  "tags",
  "relation",
  "data",
  "report",
  "wearers",
  "cohort",
];

type Ask = (path: string, headers?: Record<string, string>, method?: string) => Promise<Response>;

function asker(app: Hono): Ask {
  return async (path, headers = {}, method = "GET") =>
    await app.request(`http://${HOST}${path}`, { method, headers: { host: HOST, ...headers } });
}

function appOf(db: Database, options: Partial<AppOptions> = {}): Hono {
  return createApp({
    db,
    pipeline: shippedPipeline(db.schema),
    hostname: "127.0.0.1",
    token: null,
    now: () => new Date(NOW),
    ...options,
  });
}

const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;

Deno.test("every page and every answer has the policy, to the letter", async () => {
  await withPostgres("oura", async (db) => {
    const ask = asker(appOf(db));
    const policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
      "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; " +
      "frame-ancestors 'none'";
    assert.equal(CONTENT_SECURITY_POLICY, policy);
    for (const path of [...PAGES, "/nowhere", "/assets/app.js", "/api/overview"]) {
      const response = await ask(path);
      assert.equal(response.headers.get("content-security-policy"), policy, path);
      assert.equal(response.headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(response.headers.get("access-control-allow-origin"), null, path);
      await response.body?.cancel();
    }
  });
});

Deno.test("pages hold no script and no style of their own, and name no other machine", async () => {
  await withPostgres("oura", async (db) => {
    const ask = asker(appOf(db));
    const text = await (await ask("/")).text();
    assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)/);
    assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=|javascript:/);
    const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    assert.ok(files.length >= 4);
    for (const path of [...files, "/assets/pages/today.js"]) {
      const response = await ask(path);
      assert.equal(response.status, 200, path);
      const body = await response.text();
      assert.doesNotMatch(body, /https?:\/\/(?!www\.w3\.org|127\.0\.0\.1)/, path);
      const again = await ask(path, { "if-none-match": response.headers.get("etag")! });
      assert.equal(again.status, 304);
    }
  });
});

Deno.test("a foreign host, another method and another site are refused", async () => {
  await withPostgres("oura", async (db) => {
    const ask = asker(appOf(db));
    for (
      const host of ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "", "10.0.0.1"]
    ) {
      const response = await ask("/", { host });
      assert.equal(response.status, 421, host);
      assert.equal(await codeOf(response), "FOREIGN_HOST");
    }
    for (const host of ["localhost:8787", "[::1]:8787", "127.0.0.1"]) {
      assert.equal((await ask("/", { host })).status, 200, host);
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      assert.equal((await ask("/api/overview", {}, method)).status, 405, method);
    }
    const cross = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
    assert.equal((await ask("/api/overview", cross)).status, 403);
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    assert.equal((await ask("/", link)).status, 200);
  });
});

Deno.test("paths lead nowhere but to the program's own files", async () => {
  await withPostgres("oura", async (db) => {
    const ask = asker(appOf(db));
    for (
      const path of [
        "/assets/../deno.json",
        "/assets/..%2f..%2fdeno.json",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets//etc/passwd",
        "/assets/constructor",
        "/assets/__proto__",
        "/night/../../etc/passwd",
        "/.env",
      ]
    ) {
      const response = await ask(path);
      assert.equal(response.status, 404, path);
      await response.body?.cancel();
    }
  });
});

Deno.test("beyond loopback a token is asked for, and becomes a cookie", async () => {
  await withPostgres("oura", async (db) => {
    const token = "a-token-of-the-test";
    const ask = asker(appOf(db, { hostname: "0.0.0.0", token }));
    assert.equal((await ask("/")).status, 403);
    assert.equal(await codeOf(await ask("/api/overview")), "PAGE_TOKEN_MISSING");
    assert.equal((await ask("/?token=wrong")).status, 403);
    const opened = await ask(`/trends?token=${token}&span=1y`);
    assert.equal(opened.status, 303);
    assert.equal(opened.headers.get("location"), "/trends?span=1y");
    const cookie = opened.headers.get("set-cookie")!;
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Strict/);
    assert.equal((await ask("/", { cookie: cookie.split(";")[0]! })).status, 200);
    assert.equal((await ask("/metrics", { authorization: `Bearer ${token}` })).status, 200);
    assert.equal((await ask("/healthz")).status, 200, "a probe needs no token");
    assert.equal((await ask("/", { host: "evil.example" })).status, 421);
  });
});

Deno.test("before the first sync the page is there and says so", async () => {
  await withPostgres("oura", async (db) => {
    const ask = asker(appOf(db));
    for (const path of API.filter((one) => one !== "wearers")) {
      const response = await ask(`/api/${path}`);
      assert.equal(response.status, 404, path);
      assert.equal(await codeOf(response), "NO_DATA", path);
    }
    assert.deepEqual(((await (await ask("/api/wearers")).json()) as { wearers: [] }).wearers, []);
    await migrate(db);
    assert.equal(await codeOf(await asker(appOf(db))("/api/today")), "NO_DATA");
  });
});

Deno.test("the page of a wearer who was synced", async (t) => {
  await withPostgres("oura", async (db, url) => {
    await withPageWorld(db, { days: 8, heartDays: 2 }, async ({ pipeline }) => {
      await t.step("/metrics is Prometheus text that names no wearer", () => metrics(db, pipeline));
      await t.step(
        "a role that may only read is enough, and sees no sign-in",
        () => readingRole(db, pipeline, url),
      );
      await t.step(
        "hostile parameters are refused or served, and change nothing",
        () => hostileParameters(db, pipeline),
      );
      await t.step(
        "hundreds of requests at once are served or told to come again",
        () => crowd(db, pipeline),
      );
    });
  }, { applied: true });
});

/** What a hostile client may put into a parameter. */
const HOSTILE = [
  "'; DROP TABLE oura.sleep; --",
  "1 OR 1=1",
  "<script>alert(1)</script>",
  "../../etc/passwd",
  "\u0000",
  "9".repeat(400),
  "-1",
  "0001-01-01",
  "9999-12-31",
  "2026-02-30",
  "Infinity",
  "%27",
];
const PARAMETERS = [
  "day",
  "from",
  "to",
  "step",
  "compare",
  "metrics",
  "metric",
  "x",
  "y",
  "lag",
  "width",
  "source",
  "wearer",
];

/** Each parameter of each path meets this share of them, and all paths together all of them. */
const SHARES = SOAK ? 1 : HOSTILE.length;

async function hostileParameters(db: Database, pipeline: Pipeline): Promise<void> {
  const failures: unknown[] = [];
  const ask = asker(appOf(db, { pipeline, onError: (error) => failures.push(error) }));
  const before = await countsOf(db);
  for (const [place, path] of API.entries()) {
    const plain = await ask(`/api/${path}`);
    assert.equal(plain.status, 200, path);
    await plain.body?.cancel();
    for (const [n, parameter] of PARAMETERS.entries()) {
      for (const value of HOSTILE.filter((_, i) => (i + n + place) % SHARES === 0)) {
        const query = new URLSearchParams({ [parameter]: value });
        const response = await ask(`/api/${path}?${query}`);
        const text = await response.text();
        assert.ok([200, 400, 404].includes(response.status), `${path} ${parameter} ${value}`);
        assert.doesNotMatch(text, /<script>alert|DROP TABLE/, `${path} repeats ${value}`);
        assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
      }
    }
  }
  assert.deepEqual(failures, []);
  assert.deepEqual(await countsOf(db), before);
  const huge = await ask("/api/trends?from=1990-01-01&to=2099-12-31&metrics=daily_sleep.score");
  assert.equal(huge.status, 400);
  assert.equal((await ask("/api/data?from=2001-01-01&to=2026-11-25")).status, 400);
  assert.equal((await ask(`/api/today?wearer=somebody`)).status, 404);
  assert.equal((await ask(`/api/today?wearer=${WEARER}`)).status, 200);
}

async function countsOf(db: Database): Promise<unknown> {
  const { rows } = await db.query(
    "SELECT (SELECT count(*) FROM oura.sleep) AS sleep, (SELECT count(*) FROM oura.heart_rate) AS heart",
  );
  return rows;
}

async function readingRole(db: Database, pipeline: Pipeline, url: string): Promise<void> {
  const role = `reader_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
  await db.exec(`CREATE ROLE ${role} LOGIN PASSWORD 'reader';
    GRANT USAGE ON SCHEMA oura TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA oura TO ${role};
    REVOKE ALL ON oura.oauth_tokens FROM ${role}`);
  const address = new URL(url);
  address.username = role;
  address.password = "reader";
  const reader = await openPostgres({ kind: "url", url: address.href }, { schema: "oura" });
  try {
    const failures: unknown[] = [];
    const ask = asker(appOf(reader, { pipeline, onError: (error) => failures.push(error) }));
    for (const path of API) {
      const response = await ask(`/api/${path}`);
      assert.equal(response.status, 200, `${path}: ${failures.map(String)}`);
      await response.body?.cancel();
    }
    assert.equal((await ask("/metrics")).status, 200);
  } finally {
    await reader.close();
    await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
}

async function metrics(db: Database, pipeline: Pipeline): Promise<void> {
  await new StoredBudget(db, "an-app", { requests: 5_000, perMs: 300_000 })
    .reserve(120, 5_000, new Map());
  const response = await asker(appOf(db, { pipeline }))("/metrics");
  assert.match(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  assert.doesNotMatch(text, new RegExp(WEARER));
  for (const line of text.trimEnd().split("\n")) {
    assert.match(line, /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)*\})? -?[\d.]+)$/);
  }
  assert.match(text, /^oura_sync_data_age_seconds\{wearer="[0-9a-f]{8}",type="sleep"\} \d+$/m);
  assert.match(text, /^oura_sync_last_success_timestamp_seconds\{.*type="heart_rate"\} \d+$/m);
  assert.match(text, /^oura_sync_runs_total\{.*command="sync",state="done"\} 1$/m);
  assert.match(text, /^oura_sync_rate_budget_left\{app="an-app"\} 4880$/m);
}

async function crowd(db: Database, pipeline: Pipeline): Promise<void> {
  const ask = asker(appOf(db, { pipeline }));
  // The first look finds out that there are tables, which keeps the others from queueing up.
  assert.equal((await ask("/api/today")).status, 200);
  const statuses = await Promise.all(Array.from({ length: 400 }, async () => {
    const response = await ask("/api/night/2026-11-24");
    await response.body?.cancel();
    return response.status;
  }));
  assert.deepEqual(statuses.filter((status) => status !== 200 && status !== 503), []);
  assert.ok(statuses.includes(200), "some are served");
  assert.ok(statuses.includes(503), "the others are told to come again");
  assert.equal((await ask("/api/today")).status, 200);
}
