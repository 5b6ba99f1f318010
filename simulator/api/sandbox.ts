/**
 * `/v2/sandbox/usercollection/…`: made-up documents for any token that is not empty. A generator, not a
 * filter: both ends of the window count, `fields` is ignored, time series have two rows, nothing is
 * paged. Good for smoke tests only, as Oura's own is.
 */
import { DAILY, isDaily, SERIES, type SeriesName, STANDING } from "../world/collections.ts";
import type { World } from "../world/world.ts";
import { Wearer } from "../world/wearer.ts";
import { DAY, epochDay } from "../world/zones.ts";
import { bearerOf } from "./access.ts";
import { empty, json, notFound, text } from "./answers.ts";
import type { RateLimit } from "./rate_limit.ts";
import { type Route, routeOf } from "./routes.ts";
import { windowOf } from "./windows.ts";

const SINCE = epochDay("2020-01-01");
const SAMPLES = 2;
const LONGEST = 400; // days

/** What the sandbox needs to answer. */
export interface Sandbox {
  readonly world: World;
  readonly rateLimit: RateLimit;
}

/** Answers a request whose path, after `/v2/sandbox/usercollection/`, is `rest`. */
export function answerSandbox(
  sandbox: Sandbox,
  request: Request,
  url: URL,
  rest: string,
): Response {
  const [path = "", documentId, ...more] = rest.split("/");
  const route = routeOf(path);
  if (!route || route.type === "personal_info" || more.length > 0) return notFound();
  if (request.method !== "GET") return json({ detail: "Method Not Allowed" }, 405);
  const token = bearerOf(request);
  if (token === undefined) return empty(401);
  const refused = sandbox.rateLimit.take(token);
  if (refused) return refused;
  const wearer = new Wearer({ id: "sandbox", zone: "UTC" }, 0, sandbox.world.seed, SINCE);
  if (documentId === undefined) return list(sandbox, wearer, route, url.searchParams);
  const found = route.single ? documentOf(wearer, route, documentId) : undefined;
  return found ? json(found) : notFound();
}

function list({ world }: Sandbox, wearer: Wearer, route: Route, query: URLSearchParams): Response {
  const window = windowOf(route, query, world.now);
  if (window instanceof Response) return window;
  const first = Math.max(SINCE, Math.floor(window.start / DAY));
  const last = Math.min(Math.floor(window.end / DAY), first + LONGEST);
  if (route.family === "datetime") {
    const rows = SERIES[route.type as SeriesName](wearer, first, Infinity).json;
    return text(`{"data":[${rows.slice(0, SAMPLES).join(",")}],"next_token":null}`);
  }
  const data: unknown[] = [];
  if (route.family === "none") data.push(...standing(wearer));
  for (let day = first; day <= last && route.family === "date"; day++) {
    data.push(...documentsOf(wearer, route, day));
  }
  return json({ data, next_token: null });
}

function standing(wearer: Wearer): unknown[] {
  return STANDING.ring_configuration(wearer).map((ring, index) => ({
    ...ring.body,
    id: `ring_configuration-${index + 1}`,
  }));
}

/** Ids contain type, ordinal and date, as in `daily_sleep-1-2021-1-1`. */
function documentsOf(wearer: Wearer, route: Route, day: number): Record<string, unknown>[] {
  if (!isDaily(route.type)) return [];
  const [year, month, date] = wearer.date(day).split("-").map(Number);
  return DAILY[route.type](wearer, day, Infinity).map((document, index) => ({
    ...document.body,
    id: `${route.path}-${index + 1}-${year}-${month}-${date}`,
  }));
}

function documentOf(wearer: Wearer, route: Route, id: string): unknown {
  if (route.family === "none") {
    return standing(wearer).find((ring) => (ring as { id: string }).id === id);
  }
  const match = /-(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(id);
  if (!match) return undefined;
  const [year, month, date] = match.slice(1) as [string, string, string];
  const day = Date.UTC(Number(year), Number(month) - 1, Number(date)) / DAY;
  return day < SINCE ? undefined : documentsOf(wearer, route, day).find((one) => one.id === id);
}
