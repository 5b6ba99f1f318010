/** An Oura whose lists a test writes down, without a socket, and a sync at it. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import { staticToken } from "../../lib/oura/token_provider.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import type { SyncReport } from "../../pipelines/sync/outcome.ts";
import { sync } from "../../pipelines/sync/sync_wearer.ts";
import type { Demand } from "../../pipelines/sync/plan/windows.ts";
import { shippedPipeline } from "./sync_world.ts";

type Document = Readonly<Record<string, unknown>>;

/** Answers lists within the bounds of a request, and single documents that it is said to know. */
export class ScriptedOura {
  /** Documents by the last part of the route's path, in Oura's spelling. */
  lists: Record<string, readonly Document[]> = {};
  /** Ids that the single routes answer with 200. */
  readonly known = new Set<string>();
  /** Status of all single routes, in place of 200 and 404. */
  status: number | null = null;
  /** Ids that the single routes were asked for. */
  readonly asked: string[] = [];

  readonly fetch = (input: string | URL | Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(String(input));
    const [route, id] = pathname.split("/").slice(3);
    if (id === undefined) {
      const data = (this.lists[route!] ?? []).filter((document) => isIn(document, searchParams));
      return Promise.resolve(Response.json({ data, next_token: null }));
    }
    this.asked.push(id);
    const status = this.status ?? (this.known.has(id) ? 200 : 404);
    return Promise.resolve(Response.json({ id }, { status }));
  };
}

function isIn(document: Document, bounds: URLSearchParams): boolean {
  const day = String(document.day ?? document.start_day ?? "");
  const [from, to] = [bounds.get("start_date"), bounds.get("end_date")];
  if (from !== null && to !== null) return day >= from && day <= to;
  const [start, end] = [bounds.get("start_datetime"), bounds.get("end_datetime")];
  if (start === null || end === null) return true;
  const instant = Date.parse(String(document.timestamp));
  return instant >= Date.parse(start) && instant < Date.parse(end);
}

/** Syncs data types of the wearer `one`, with the shipped configuration. */
export async function syncScripted(
  db: Database,
  oura: ScriptedOura,
  now: Date,
  types: readonly string[],
  demand: Demand = { kind: "pending" },
): Promise<SyncReport> {
  const lease = { holder: crypto.randomUUID() };
  const { pipeline } = await applyAdditive(db, shippedPipeline(db.schema), lease);
  const http = new OuraHttp({
    tokens: staticToken("a-token"),
    fetch: oura.fetch,
    retries: 0,
    backoffMs: 1,
  });
  const options = { pipeline, db, http, userId: "one", types, demand, lease, now };
  const report = await sync({ ...options, version: "test" });
  assert.equal(report.exitCode, 0, `${report.error?.message}`);
  return report;
}
