/** The data of the page as JSON: the view models of `reports/` under `/api`. */
import { type Context, Hono } from "hono";
import { VERSION } from "../lib/version.ts";
import { activity, body } from "../reports/views/collections.ts";
import { cohortCsv } from "../reports/cohort/csv.ts";
import { readCohort } from "../reports/cohort/read_cohort.ts";
import { completeness } from "../reports/views/completeness.ts";
import { trendCsv } from "../reports/views/csv.ts";
import { freshness } from "../reports/freshness/page_freshness.ts";
import { heart } from "../reports/views/heart.ts";
import { heartHours, zones } from "../reports/views/heart_hours.ts";
import { tagNames } from "../reports/metrics/marks.ts";
import { metricSources } from "../reports/metrics/metrics.ts";
import { night } from "../reports/views/night.ts";
import { idsOf } from "../reports/views/vitals.ts";
import { relation, tags } from "../reports/views/relations.ts";
import { firstDay, type Source, spanUntil } from "../reports/metrics/source.ts";
import { period } from "../reports/views/period.ts";
import { today } from "../reports/views/today.ts";
import { trend } from "../reports/views/trend.ts";
import { year } from "../reports/views/year.ts";
import { checkDay, choiceOf, dayOf, instantOf, metricsOf, spanOf, wholeOf } from "./parameters.ts";
import type { Data } from "./wearer_data.ts";

const DEFAULT_TRENDS = [
  "sleep.average_hrv",
  "sleep.lowest_heart_rate",
  "sleep.deep_sleep_duration",
];
const DEFAULT_EFFECTS = [
  "daily_sleep.score",
  "sleep.average_hrv",
  "sleep.lowest_heart_rate",
  "sleep.deep_sleep_duration",
  "daily_readiness.score",
];
const STEPS = ["day", "week", "month"] as const;
const COMPARISONS = ["none", "period", "year"] as const;
/** Spans of the completeness table, which has a cell per type and day. */
const MOST_COVERED = 800;

/** The routes under `/api`. */
export function api(data: Data): Hono {
  const app = new Hono();
  const get = (path: string, body: (source: Source, c: Context) => Promise<unknown>) =>
    app.get(path, async (c) => {
      const model = await data.read(c.req.query("wearer"), (source) => {
        // Ages are told by the clock that the data was read by.
        c.header("X-Now", source.now.toISOString());
        return body(source, c);
      });
      c.header("Cache-Control", "no-store");
      return c.json(model as object);
    });

  app.get("/wearers", async (c) => {
    const wearers = await data.wearers();
    const labels = wearers.flatMap(({ userId, label }) => label === null ? [] : [[userId, label]]);
    return c.json({
      version: VERSION,
      wearers: wearers.map(({ userId }) => userId),
      labels: Object.fromEntries(labels),
    });
  });
  app.get("/cohort", async (c) => {
    c.header("Cache-Control", "no-store");
    return c.json(await data.readAll(readCohort));
  });
  app.get(
    "/cohort.csv",
    async (c) => csv(c, "completeness", cohortCsv(await data.readAll(readCohort))),
  );
  get("/overview", async (source) => ({
    version: VERSION,
    wearer: source.userId,
    today: source.today,
    offsetSeconds: source.offsetSeconds,
    firstDay: await firstDay(source),
    metrics: [...metricSources(source).values()].map(({ metric }) => metric),
    tags: await tagNames(source),
    freshness: await freshness(source),
  }));
  get("/today", (source, c) => today(source, dayOf(c, "day", source.today)));
  get("/night/:day", (source, c) => night(source, checkDay("day", c.req.param("day") ?? "")));
  get("/trends", (source, c) => trend(source, trendQuery(source, c)));
  app.get("/trends.csv", async (c) => {
    const text = await data.read(
      c.req.query("wearer"),
      async (source) => trendCsv(await trend(source, trendQuery(source, c))),
    );
    return csv(c, "trends", text);
  });
  get("/heart", (source, c) => {
    const to = instantOf(c, "to", source.now);
    const from = instantOf(c, "from", new Date(to.getTime() - 86_400_000));
    const ordered = from < to ? { from, to } : { from: to, to: new Date(from.getTime() + 1000) };
    const sources = (c.req.query("source") ?? "").split(",").filter((name) =>
      /^\w{1,40}$/.test(name)
    );
    return heart(source, { ...ordered, width: wholeOf(c, "width", 600, 1, 2_000), sources });
  });
  get("/heart/hours", (source, c) => heartHours(source, spanOf(c, source, 60, 400)));
  get("/heart/zones", (source, c) => zones(source, spanOf(c, source, 30, 100)));
  get(
    "/activity",
    (source, c) => activity(source, spanOf(c, source, 90), choiceOf(c, "step", STEPS)),
  );
  get("/body", (source, c) => body(source, spanOf(c, source, 365), choiceOf(c, "step", STEPS)));
  get("/year", (source, c) => {
    const metric = metricsOf(c, "metric", ["daily_sleep.score"])[0] ?? "";
    return year(source, spanOf(c, source, 365, 4_000), metric);
  });
  get("/tags", (source, c) =>
    tags(
      source,
      spanOf(c, source, 365),
      metricsOf(c, "metrics", DEFAULT_EFFECTS),
      wholeOf(c, "lag", 1, 0, 7),
    ));
  get("/relation", async (source, c) => {
    const [x = "", y = ""] = [metricsOf(c, "x", [])[0], metricsOf(c, "y", [])[0]];
    const span = spanOf(c, source, 365);
    return { relation: await relation(source, span, { x, y }, wholeOf(c, "lag", 0, -7, 7)) };
  });
  get("/data", async (source, c) => ({
    freshness: await freshness(source),
    completeness: await completeness(source, spanOf(c, source, 90, MOST_COVERED)),
  }));
  get("/report", (source, c) => period(source, spanOf(c, source, 90, 4_000)));
  return app;
}

function csv(c: Context, name: string, text: string): Response {
  c.header("Content-Type", "text/csv; charset=utf-8");
  c.header("Content-Disposition", `attachment; filename="oura-${name}.csv"`);
  c.header("Cache-Control", "no-store");
  return c.body(text);
}

function trendQuery(source: Source, c: Context) {
  return {
    metrics: metricsOf(c, "metrics", idsOf(source, DEFAULT_TRENDS)),
    span: c.req.query("from") === undefined && c.req.query("to") === undefined
      ? spanUntil(source.today, 365)
      : spanOf(c, source, 365),
    step: choiceOf(c, "step", STEPS),
    compare: choiceOf(c, "compare", COMPARISONS),
  };
}
