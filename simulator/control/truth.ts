/** The truth over HTTP, for tests that run the simulator as its own process. */
import { json } from "../api/answers.ts";
import { isTypeName } from "../world/collections.ts";
import { changes, truth, type TruthQuery } from "../world/truth.ts";
import type { World } from "../world/world.ts";

const LINES_PER_CHUNK = 2_000;

/** Answers `truth` and `changes`; undefined for another route. */
export function answerTruth(world: World, query: URLSearchParams, route: string) {
  switch (route) {
    case "GET truth":
      return lines(world, queryOf(world, query), query.has("keys"));
    case "GET changes":
      return json(changes(world, queryOf(world, query), instantOf(query, "since")));
    default:
      return undefined;
  }
}

function instantOf(query: URLSearchParams, name: string): number {
  const instant = Date.parse(query.get(name) ?? "");
  if (Number.isNaN(instant)) throw new RangeError(`${name} must be an instant`);
  return instant;
}

/** `user`, `type`, `from`, `to` and `at`; by default the whole history of the first wearer. */
function queryOf(world: World, query: URLSearchParams): TruthQuery {
  const type = query.get("type") ?? "";
  if (!isTypeName(type)) throw new RangeError(`no such type: ${type}`);
  return {
    user: world.wearer(query.get("user") ?? world.wearers[0]?.id ?? "").id,
    type,
    from: query.get("from") ?? "1970-01-01",
    to: query.get("to") ?? "2200-01-01",
    at: query.has("at") ? instantOf(query, "at") : world.now,
  };
}

/** JSON lines, streamed: a year of heart rate is half a million of them. */
function lines(world: World, query: TruthQuery, keysOnly: boolean): Response {
  const documents = truth(world, query);
  const stream = new ReadableStream<string>({
    pull(controller) {
      let chunk = "";
      for (let count = 0; count < LINES_PER_CHUNK; count++) {
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
