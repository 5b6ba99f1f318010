/** What faults do to an answer. */
import { html, json, text } from "../api/answers.ts";
import { readCursor, writeCursor } from "../api/cursor.ts";
import { tooMany } from "../api/rate_limit.ts";
import { pause } from "../pause.ts";
import type { FaultRule } from "./rules.ts";
import { tokenAnswer } from "./token_answers.ts";

/** What a fault needs to know of the request it hits. */
export interface Victim {
  readonly url: URL;
  /** Answers the request as if nothing were wrong. */
  answer(): Promise<Response>;
  /** Aborted when the simulator stops; waits end then. */
  readonly stopping: AbortSignal;
  /** Milliseconds of the real clock. */
  readonly now: number;
}

const PREVENTS = new Set(["status", "rateLimit"]);
const RATE_LIMIT = 5_000;
const RATE_WINDOW = 300;

/** Answers a request under a fault. */
export async function applyFault(rule: FaultRule, victim: Victim): Promise<Response> {
  if (rule.kind === "latency") await pause(rule.delayMs ?? 0, victim.stopping);
  const takesEffect = rule.effect ?? !PREVENTS.has(rule.kind);
  const good = takesEffect ? await victim.answer() : new Response();
  const seconds = rule.seconds ?? 60;
  switch (rule.kind) {
    case "latency":
      return good;
    case "status":
      return failure(rule);
    case "rateLimit":
      return tooMany(RATE_LIMIT, RATE_WINDOW, victim.now + seconds * 1_000, victim.now);
    case "cut":
      return cut(await good.text());
    case "truncate":
      return text((await good.text()).slice(0, -20));
    case "malform":
      return await malform(good, rule);
    case "repeatToken":
      return await withNextToken(good, victim.url.searchParams.get("next_token"));
    case "endless":
      return await withNextToken(good, endlessToken(victim));
    case "stall":
      return stall(victim.stopping);
    case "dateSkew":
      good.headers.set("date", new Date(victim.now + seconds * 1_000).toUTCString());
      return good;
    default:
      return await tokenAnswer(rule.kind, good);
  }
}

function failure({ status = 503, body = "html" }: FaultRule): Response {
  if (body === "html") return html(status, `${status}`);
  return body === "json"
    ? json({ detail: "Something went wrong." }, status)
    : new Response(null, { status });
}

/** Half the body under a length for the whole of it: the server must end the connection. */
function cut(body: string): Response {
  const bytes = new TextEncoder().encode(body);
  const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
  return new Response(ReadableStream.from([half]), {
    headers: { "content-type": "application/json", "content-length": String(bytes.length) },
  });
}

/** A first byte, and then nothing until the client gives up. */
function stall(stopping: AbortSignal): Response {
  let release = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("{"));
      release = () => controller.close();
      stopping.addEventListener("abort", release);
    },
    cancel() {
      stopping.removeEventListener("abort", release);
    },
  });
  return new Response(stream, { headers: { "content-type": "application/json" } });
}

async function malform(
  good: Response,
  { field = "id", value = null }: FaultRule,
): Promise<Response> {
  const body = await good.json();
  const documents: unknown[] = Array.isArray(body?.data) ? body.data : [body];
  for (const document of documents) assign(document, field.split("."), value);
  return json(body, good.status);
}

function assign(target: unknown, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (typeof target !== "object" || target === null || name === undefined) return;
  if (rest.length === 0) Object.assign(target, { [name]: value });
  else assign((target as Record<string, unknown>)[name], rest, value);
}

/** The page with another token; a first page keeps its own where there is nothing to repeat. */
async function withNextToken(good: Response, token: string | null): Promise<Response> {
  const body = await good.json();
  return json(token === null ? body : { ...body, next_token: token }, good.status);
}

let made = 0;

/** A token that was never sent before and leads back to the beginning. */
function endlessToken({ url }: Victim): string {
  const asked = readCursor(url.searchParams.get("next_token") ?? "");
  const start = asked?.start ?? Date.parse(url.searchParams.get("start_datetime") ?? "2020-01-01");
  const end = asked?.end ?? start + 86_400_000;
  return writeCursor({ start, end, after: -++made, skip: 0, rested: true });
}
