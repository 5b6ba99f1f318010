/** `/_sim/…`: how a test in another process steers the simulator. See README.md for the routes. */
import { badRequest, json } from "./api/answers.ts";
import { answerOAuthControl } from "./control_oauth.ts";
import { changeSettings } from "./settings.ts";
import { type Simulator, staticToken } from "./simulator.ts";
import { isTypeName } from "./world/collections.ts";
import { changes, truth, type TruthQuery } from "./world/truth.ts";

/** Answers a control request; `route` is its path after `/_sim/`. */
export async function answerControl(
  simulator: Simulator,
  request: Request,
  url: URL,
  route: string,
): Promise<Response> {
  try {
    const body = request.method === "POST" ? await bodyOf(request) : {};
    const name = `${request.method} ${route}`;
    return answerOAuthControl(simulator.oauth, name, body) ??
      answer(simulator, url.searchParams, name, body);
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) {
      return badRequest(error.message);
    }
    throw error;
  }
}

function answer(
  simulator: Simulator,
  query: URLSearchParams,
  route: string,
  body: Record<string, unknown>,
): Response {
  const { world, stats, settings } = simulator;
  switch (route) {
    case "GET clock":
      return json({ now: new Date(world.now).toISOString() });
    case "POST clock":
      if (body.now !== undefined) world.setNow(textOf(body, "now"));
      if (body.advance !== undefined) world.advance(textOf(body, "advance"));
      return json({ now: new Date(world.now).toISOString() });
    case "GET wearers":
      return json(world.wearers.map((wearer) => ({
        id: wearer.id,
        token: staticToken(wearer.id),
        zone: wearer.home,
        ring: wearer.ring,
        firstDay: wearer.date(wearer.firstDay),
        today: wearer.date(wearer.dayAt(world.now)),
      })));
    case "GET stats":
      return json(stats);
    case "POST stats/reset":
      stats.reset();
      return json({});
    case "GET settings":
      return json(settings);
    case "POST settings":
      changeSettings(settings, body);
      return json(settings);
    case "POST rate-limit/reset":
      simulator.rateLimit.reset();
      return json({});
    case "GET truth":
      return lines(simulator, queryOf(simulator, query), query.get("keys") !== null);
    case "GET changes":
      return json(changes(world, queryOf(simulator, query), instantOf(query, "since")));
    default:
      return json({ detail: "no such control route" }, 404);
  }
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  const body: unknown = JSON.parse(await request.text() || "{}");
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new RangeError("the body must be a JSON object");
  }
  return body as Record<string, unknown>;
}

function textOf(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value !== "string") throw new RangeError(`${name} must be a text`);
  return value;
}

function instantOf(query: URLSearchParams, name: string): number {
  const instant = Date.parse(query.get(name) ?? "");
  if (Number.isNaN(instant)) throw new RangeError(`${name} must be an instant`);
  return instant;
}

/** `user`, `type`, `from`, `to` and `at`; the whole history of the first wearer where left out. */
function queryOf({ world }: Simulator, query: URLSearchParams): TruthQuery {
  const user = query.get("user") ?? world.wearers[0]?.id ?? "";
  const type = query.get("type") ?? "";
  if (!isTypeName(type)) throw new RangeError(`no such type: ${type}`);
  return {
    user,
    type,
    from: query.get("from") ?? "1970-01-01",
    to: query.get("to") ?? "2200-01-01",
    at: query.has("at") ? instantOf(query, "at") : world.now,
  };
}

/** The truth as JSON lines, streamed: a year of heart rate is half a million of them. */
function lines({ world }: Simulator, query: TruthQuery, keysOnly: boolean): Response {
  world.wearer(query.user);
  const documents = truth(world, query);
  const stream = new ReadableStream<string>({
    pull(controller) {
      let chunk = "";
      for (let count = 0; count < 2_000; count++) {
        const { done, value } = documents.next();
        if (done) {
          if (chunk !== "") controller.enqueue(chunk);
          controller.close();
          return;
        }
        chunk += `${JSON.stringify(keysOnly ? value.key : value)}\n`;
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(stream.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "application/x-ndjson" },
  });
}
