/**
 * An Oura that answers at once: what the simulator answered before, from memory. Without it the
 * simulator, which makes up each answer, would take the processor time that is to be measured.
 * Prints its address as a JSON line when it is ready.
 */
import { parseArgs } from "node:util";

const { values: { upstream } } = parseArgs({ options: { upstream: { type: "string" } } });
if (upstream === undefined) throw new RangeError("--upstream must be the address of the simulator");

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

const answers = new Map<string, Promise<Answer>>();

async function ask(place: string, authorization: string): Promise<Answer> {
  const response = await fetch(`${upstream}${place}`, { headers: { authorization } });
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "application/json",
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  async (request) => {
    const { pathname, search } = new URL(request.url);
    const authorization = request.headers.get("authorization") ?? "";
    const place = `${pathname}${search}`;
    const known = answers.get(place) ?? ask(place, authorization);
    answers.set(place, known);
    const { status, type, body } = await known;
    // Deno would compress it otherwise, each time.
    const headers = { "content-type": type, "cache-control": "no-transform" };
    return new Response(body, { status, headers });
  },
);
const ready = { url: `http://127.0.0.1:${server.addr.port}` };
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(ready)}\n`));
