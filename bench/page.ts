/**
 * The page over ten years: every statement that every route sends, measured in the server, beside
 * the budget of 200 ms.
 *
 * Usage: deno run --allow-all bench/page.ts [--pglite] [--url postgres://…] [--all]
 * `--url` names a database that holds the ten years already; `--all` prints every statement.
 */
import { parseArgs } from "node:util";
import type { Database, Queryable, Transaction } from "../lib/db/driver/database.ts";
import { openPglite } from "../lib/db/driver/pglite/open_pglite.ts";
import { openPostgres } from "../lib/db/driver/postgres/open_postgres.ts";
import { createApp } from "../server/http.ts";
import { NOW } from "../tests/support/page_world.ts";
import { Cluster } from "../tests/support/postgres.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import { fillTenYears } from "./ten_years.ts";

/** No statement may take longer in the server. */
const STATEMENT_BUDGET_MS = 200;
const RUNS = 5;
const HOST = "127.0.0.1";

/** A statement of a route, by planning and execution in the server. */
export interface StatementTiming {
  readonly sql: string;
  readonly leastMs: number;
  readonly medianMs: number;
}

/** A route, from the request to the last byte of the answer. */
export interface RouteTiming {
  readonly route: string;
  readonly leastMs: number;
  readonly medianMs: number;
  /** The slowest first. */
  readonly statements: readonly StatementTiming[];
}

/** Measures every route over ten years on a new server. */
async function benchPage(): Promise<RouteTiming[]> {
  const cluster = await Cluster.start({ onDisk: true });
  const db = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
  try {
    await fillTenYears(db);
    return await measureRoutes(db);
  } finally {
    await db.close();
    await cluster.remove();
  }
}

/** Measures every route on a database that holds the ten years. */
async function measureRoutes(db: Database): Promise<RouteTiming[]> {
  const sent: Sent[] = [];
  const app = createApp({
    db: recorded(db, sent),
    pipeline: shippedPipeline(db.schema),
    hostname: HOST,
    token: null,
    now: () => new Date(NOW),
  });
  const ask = async (route: string) => {
    const response = await app.request(`http://${HOST}${route}`, { headers: { host: HOST } });
    const body = await response.text();
    if (!response.ok) throw new Error(`${route}: ${response.status} ${body.slice(0, 200)}`);
    return body;
  };
  const overview = JSON.parse(await ask("/api/overview"));
  const timings: RouteTiming[] = [];
  for (const route of routesOf(overview.firstDay, overview.today)) {
    await ask(route);
    sent.length = 0;
    await ask(route);
    const statements = new Map(sent.map((one) => [JSON.stringify(one), one]));
    const walls: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now();
      await ask(route);
      walls.push(performance.now() - started);
    }
    const timed: StatementTiming[] = [];
    for (const statement of statements.values()) timed.push(await explained(db, statement));
    timings.push({
      route,
      ...figures(walls),
      statements: timed.toSorted((a, b) => b.medianMs - a.medianMs),
    });
  }
  return timings;
}

/** What the pages ask for, each with all of the history where it takes a span. */
function routesOf(first: string, today: string): string[] {
  const all = `from=${first}&to=${today}`;
  const trends = ["sleep.average_hrv,sleep.lowest_heart_rate,sleep.deep_sleep_duration"];
  const samples = ["series.activity_met", "series.sleep_hrv", "heart_rate.bpm"];
  const bars = ["workout.count", "ring_battery_level.level", "sleep.midpoint"];
  const start = `${first}T00:00:00Z`;
  return [
    "/api/wearers",
    "/api/overview",
    "/metrics",
    "/api/today",
    `/api/today?day=${first.slice(0, 4)}-12-31`,
    `/api/night/${today}`,
    `/api/trends?metrics=${trends}`,
    `/api/trends?metrics=${trends}&${all}&step=day&compare=year`,
    `/api/trends?metrics=${trends}&${all}&step=month`,
    ...[...samples, ...bars].map((id) => `/api/trends?metrics=${id}&${all}&step=week`),
    `/api/trends.csv?metrics=${trends}&${all}`,
    `/api/relation?x=sleep.average_hrv&y=sleep.lowest_heart_rate&${all}`,
    `/api/heart?from=${start}&to=${NOW}&width=1200`,
    `/api/heart?from=${start}&to=${NOW}&width=1200&source=sleep,rest`,
    `/api/heart?from=2023-10-01T00:00:00Z&to=${NOW}&width=1200`,
    `/api/heart?from=2026-10-08T00:00:00Z&to=${NOW}&width=1200`,
    `/api/heart?from=2026-09-04T00:00:00Z&to=${NOW}&width=2000`,
    `/api/heart?from=2026-11-25T06:00:00Z&to=2026-11-25T07:00:00Z&width=1200`,
    "/api/heart/hours?from=2025-12-01&to=2026-11-25",
    "/api/heart/zones?from=2026-09-01&to=2026-11-25",
    `/api/activity?${all}&step=month`,
    `/api/body?${all}&step=month`,
    `/api/year?${all}`,
    `/api/year?${all}&metric=heart_rate.bpm`,
    `/api/tags?${all}`,
    "/api/data?from=2025-11-26&to=2026-11-25",
    `/api/report?${all}`,
  ];
}

interface Sent {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** The database, noting every query that goes through it. */
function recorded(db: Database, sent: Sent[]): Database {
  const queries = (inner: Queryable): Queryable => ({
    schema: inner.schema,
    query(sql, params = []) {
      sent.push({ sql, params });
      return inner.query(sql, params);
    },
    queryRaw: (sql, params) => inner.queryRaw(sql, params),
    exec: (sql) => inner.exec(sql),
  });
  return {
    ...queries(db),
    kind: db.kind,
    parallelism: db.parallelism,
    label: db.label,
    close: () => db.close(),
    transaction: (body) =>
      db.transaction((tx) => body({ ...unbound(tx), ...queries(tx) } as Transaction)),
  };
}

/** The methods of a transaction as values, so that some of them can be replaced. */
function unbound(tx: Transaction) {
  return {
    savepoint: tx.savepoint.bind(tx),
    stream: tx.stream.bind(tx),
    streamRaw: tx.streamRaw.bind(tx),
  };
}

async function explained(db: Database, { sql, params }: Sent): Promise<StatementTiming> {
  const times: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const { rows } = await db.query<{ "QUERY PLAN": [Record<string, number>] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`,
      params,
    );
    const [plan] = rows[0]!["QUERY PLAN"];
    times.push(plan["Planning Time"]! + plan["Execution Time"]!);
  }
  // The first run fills the caches.
  return { sql: sql.replaceAll(/\s+/g, " "), ...figures(times.slice(1)) };
}

function figures(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  return { leastMs: sorted[0]!, medianMs: sorted[sorted.length >> 1]! };
}

/** A line per route, and one for each statement beyond the budget, or for all. */
function pageTable(timings: readonly RouteTiming[], all = false): string {
  const ms = (value: number) => value.toFixed(1).padStart(8);
  return timings.flatMap(({ route, leastMs, medianMs, statements }) => {
    const slowest = statements[0]?.medianMs ?? 0;
    const shown = statements.filter((one) => all || one.medianMs > STATEMENT_BUDGET_MS);
    return [
      `${ms(leastMs)} ${ms(medianMs)} ${ms(slowest)}  ${route}`,
      ...shown.map((one) =>
        `  ${ms(one.leastMs)} ${ms(one.medianMs)}      ${one.sql.slice(0, 160)}`
      ),
    ];
  }).join("\n");
}

async function opened(url: string | undefined, embedded: boolean): Promise<RouteTiming[]> {
  if (!embedded && url === undefined) return await benchPage();
  const db = url === undefined
    ? await openPglite({ directory: null, schema: "oura" })
    : embedded
    ? await openPglite({ directory: url, schema: "oura" })
    : await openPostgres({ kind: "url", url }, { schema: "oura" });
  try {
    if (url === undefined) await fillTenYears(db);
    return await measureRoutes(db);
  } finally {
    await db.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { url: { type: "string" }, pglite: { type: "boolean" }, all: { type: "boolean" } },
  });
  const timings = await opened(values.url, values.pglite ?? false);
  const text = `   least   median  slowest  (ms; route, route, statement)\n${
    pageTable(timings, values.all)
  }\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
