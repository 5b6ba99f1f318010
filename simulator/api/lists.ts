/** Pages of a collection. */
import { documentsOfDay, rowsOfDay } from "../world/arrived.ts";
import {
  isDaily,
  isSeries,
  type SeriesName,
  STANDING,
  type StandingName,
} from "../world/collections.ts";
import type { SimDocument } from "../world/document.ts";
import { hashText } from "../world/random.ts";
import type { Rows } from "../world/rows.ts";
import type { Wearer } from "../world/wearer.ts";
import type { Settings } from "../settings.ts";
import { type Cursor, writeCursor } from "./cursor.ts";
import type { Route } from "./routes.ts";
import { type Window, within } from "./windows.ts";

/** A list request whose parameters are understood. */
export interface ListRequest {
  readonly route: Route;
  readonly wearer: Wearer;
  readonly window: Window;
  readonly cursor: Cursor | undefined;
  readonly fields: readonly string[];
  readonly latest: boolean;
  readonly now: number;
}

/** A page: the JSON of its items, and the token of the next page. */
export interface Page {
  readonly items: readonly string[];
  readonly next: string | null;
}

/** The page a request asks for. */
export function pageOf(request: ListRequest, settings: Settings): Page {
  if (request.latest) return { items: latestRow(request), next: null };
  const resting = emptyPage(request, settings);
  if (resting) return resting;
  return isSeries(request.route.type)
    ? seriesPage(request, request.route.type, settings.seriesPage)
    : documentsPage(request, settings.datePage);
}

/** Now and then a page is empty although more follows. */
function emptyPage(request: ListRequest, settings: Settings): Page | undefined {
  const { route, wearer, window, cursor } = request;
  if (settings.emptyPageEvery === 0 || cursor?.rested || route.family === "none") return undefined;
  const asked = `${wearer.seed} ${route.path} ${window.start} ${window.end} ${cursor?.after}`;
  if (hashText(asked) % settings.emptyPageEvery !== 0) return undefined;
  const start = route.family === "datetime" ? window.start - 1 : 0;
  const position = cursor ?? { ...window, after: start, skip: 0 };
  return { items: [], next: writeCursor({ ...position, rested: true }) };
}

function seriesPage(request: ListRequest, type: SeriesName, limit: number): Page {
  const { wearer, window, cursor, now, route } = request;
  const after = Math.max(cursor?.after ?? -Infinity, window.start - 1);
  const items: string[] = [];
  let skip = cursor !== undefined && cursor.after === after ? cursor.skip : 0;
  let lastTime = after;
  let atLastTime = skip;
  const lastDay = wearer.dayAt(Math.min(window.end, now));
  const firstDay = Math.max(wearer.firstDay, wearer.dayAt(after));
  for (let day = firstDay; day <= lastDay; day++) {
    const rows = rowsOfDay(type, wearer, day, now);
    for (let index = lowerBound(rows, after); index < rows.json.length; index++) {
      const time = rows.times[index]!;
      if (time === after && skip > 0) {
        skip--;
        continue;
      }
      if (time < window.start || !within(window, time, route.end)) continue;
      if (items.length === limit) {
        const next = { ...window, after: lastTime, skip: atLastTime, rested: false };
        return { items, next: writeCursor(next) };
      }
      atLastTime = time === lastTime ? atLastTime + 1 : 1;
      lastTime = time;
      items.push(project(rows.json[index]!, request));
    }
  }
  return { items, next: null };
}

/** The first row not before an instant. */
function lowerBound(rows: Rows, instant: number): number {
  let low = 0;
  let high = rows.times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows.times[middle]! < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

function latestRow(request: ListRequest): string[] {
  const { wearer, now, route } = request;
  if (!isSeries(route.type)) return [];
  for (let day = wearer.dayAt(now); day >= wearer.firstDay; day--) {
    const last = rowsOfDay(route.type, wearer, day, now).json.at(-1);
    if (last !== undefined) return [project(last, request)];
  }
  return [];
}

function documentsPage(request: ListRequest, limit: number): Page {
  const { window, cursor } = request;
  const first = cursor?.after ?? 0;
  const documents = matching(request);
  const end = limit === 0 ? documents.length : first + limit;
  const items = documents.slice(first, end).map((document) => projected(document.body, request));
  if (end >= documents.length) return { items, next: null };
  return { items, next: writeCursor({ ...window, after: end, skip: 0, rested: false }) };
}

/** Oldest first; workouts in no order at all. */
function matching(request: ListRequest): SimDocument[] {
  const { route, wearer, window, now } = request;
  if (!isDaily(route.type)) return STANDING[route.type as StandingName](wearer);
  const present = wearer.dayAt(now) + 1;
  // Anchors lie within a day of their document's date, in any zone; the second day is for travel.
  const first = Math.max(wearer.firstDay, wearer.dayAt(Math.max(window.start, 0)) - 2);
  const last = Math.min(present, wearer.dayAt(Math.min(window.end, now)) + 2);
  const documents: SimDocument[] = [];
  for (let day = first; day <= last; day++) {
    for (const document of documentsOfDay(route.type, wearer, day, now)) {
      if (within(window, document.anchor, route.end)) documents.push(document);
    }
  }
  return route.type === "workout"
    ? documents.sort((a, b) => a.key < b.key ? -1 : 1)
    : documents.sort((a, b) => a.anchor - b.anchor);
}

function project(row: string, request: ListRequest): string {
  return request.fields.length === 0 ? row : projected(JSON.parse(row), request);
}

/** `fields`: unknown names are ignored; with no known one the whole document is returned. */
function projected(body: Readonly<Record<string, unknown>>, request: ListRequest): string {
  const { fields, route } = request;
  const known = fields.filter((field) => field in body);
  if (known.length === 0 || route.ignoresFields) return JSON.stringify(body);
  const names = new Set(["id", ...(route.instant ? [route.instant] : []), ...known]);
  const chosen: Record<string, unknown> = {};
  for (const name of names) if (name in body) chosen[name] = body[name];
  return JSON.stringify(chosen);
}
