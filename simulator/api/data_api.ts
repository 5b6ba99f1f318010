/** `/v2/usercollection/…`: lists, single documents and personal_info. */
import { documentsOfDay } from "../world/arrived.ts";
import { isDaily, STANDING } from "../world/collections.ts";
import { dayOfId } from "../world/document.ts";
import { type World } from "../world/world.ts";
import type { Settings } from "../settings.ts";
import type { Stats } from "../stats.ts";
import { type Access, bearerOf, refusalOf } from "./access.ts";
import { badRequest, empty, json, notFound, text, unprocessable } from "./answers.ts";
import { type Cursor, readCursor } from "./cursor.ts";
import { type ListRequest, pageOf } from "./lists.ts";
import type { RateLimit } from "./rate_limit.ts";
import { type Route, routeOf } from "./routes.ts";
import { type Window, windowOf } from "./windows.ts";

/** What the data API needs to answer. */
export interface DataApi {
  readonly world: World;
  readonly settings: Settings;
  readonly stats: Stats;
  readonly rateLimit: RateLimit;
  /** What a token opens; undefined for unknown, expired and revoked ones. */
  accessOf(token: string): Access | undefined;
}

/** Answers a request whose path, after `/v2/usercollection/`, is `rest`. */
export function answerData(api: DataApi, request: Request, url: URL, rest: string): Response {
  const [path = "", documentId, ...more] = rest.split("/");
  const route = routeOf(path);
  if (!route || more.length > 0 || (documentId !== undefined && !route.single)) return notFound();
  if (request.method !== "GET") return json({ detail: "Method Not Allowed" }, 405);
  const token = bearerOf(request);
  const access = token === undefined ? undefined : api.accessOf(token);
  if (token === undefined || access === undefined) return empty(401);
  const refused = api.rateLimit.take(token) ?? refusalOf(access, route);
  if (refused) return refused;
  if (route.type === "personal_info") return personalInfo(access);
  return documentId === undefined
    ? list(api, access, route, url.searchParams)
    : single(api, access, route, decodeURIComponent(documentId));
}

/** `id` is readable with any token, the e-mail address and the rest with their scopes. */
function personalInfo({ wearer, scopes }: Access): Response {
  const { id, email, ...personal } = STANDING.personal_info(wearer)[0]!.body;
  return json({
    id,
    ...(scopes.has("personal") ? personal : {}),
    ...(scopes.has("email") ? { email } : {}),
  });
}

function list(api: DataApi, access: Access, route: Route, query: URLSearchParams): Response {
  const now = api.world.now;
  const token = query.get("next_token");
  let cursor: Cursor | undefined;
  let window: Window | Response;
  if (token !== null && token !== "") {
    cursor = readCursor(token);
    if (!cursor) return badRequest("Invalid next_token.");
    if (api.settings.followUp === "tokenOnly" && [...query.keys()].length > 1) {
      return unprocessable(
        "next_token",
        token,
        "next_token cannot be combined with other parameters",
      );
    }
    window = { start: cursor.start, end: cursor.end };
  } else {
    window = windowOf(route, query, now);
  }
  if (window instanceof Response) return window;
  const request: ListRequest = {
    route,
    wearer: access.wearer,
    window,
    cursor,
    fields: (query.get("fields") ?? "").split(",").map((name) => name.trim()).filter(Boolean),
    latest: route.family === "datetime" && query.get("latest") === "true",
    now,
  };
  const page = pageOf(request, api.settings);
  api.stats.rowsServed += page.items.length;
  // A time series leaves the token out where there is none, the date family says null.
  const tail = route.family === "datetime" && page.next === null
    ? ""
    : `,"next_token":${JSON.stringify(page.next)}`;
  return text(`{"data":[${page.items.join(",")}]${tail}}`);
}

function single(api: DataApi, { wearer }: Access, route: Route, id: string): Response {
  const now = api.world.now;
  if (route.type === "ring_configuration") {
    const ring = STANDING.ring_configuration(wearer).find((one) => one.key === id);
    return ring ? json(ring.body) : notFound();
  }
  if (!isDaily(route.type)) return notFound();
  const day = dayOfId(wearer, route.type, id);
  if (day === undefined || day < wearer.firstDay || day > wearer.dayAt(now) + 1) return notFound();
  const found = documentsOfDay(route.type, wearer, day, now).find((one) => one.body.id === id);
  return found ? json(found.body) : notFound();
}
