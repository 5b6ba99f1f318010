/** A local server in Oura's place, and a client that waits for nothing. */
import { OuraHttp, type OuraHttpOptions } from "../../lib/oura/http/http.ts";
import type { Priority } from "../../lib/oura/http/rate_budget.ts";
import { RateGate, type RateGateOptions } from "../../lib/oura/http/rate_gate.ts";
import { staticToken } from "../../lib/oura/token_provider.ts";

/** A token that no message may show. */
export const TOKEN = "secret-access-token";

/** Sanitizers on: nothing may be left open or running. */
export const STRICT = { sanitizeOps: true, sanitizeResources: true };

/** What the server was asked, and how to reach it. */
export interface FakeOura {
  readonly url: string;
  readonly asked: { path: string; query: URLSearchParams; token: string | null }[];
}

/** Serves `answer` for the length of `body`. */
export async function withOura(
  answer: (n: number, request: Request) => Response | Promise<Response>,
  body: (oura: FakeOura) => Promise<void>,
): Promise<void> {
  const asked: FakeOura["asked"] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? null;
    asked.push({ path: pathname, query: searchParams, token });
    return answer(asked.length, request);
  });
  try {
    await body({ url: `http://127.0.0.1:${server.addr.port}`, asked });
  } finally {
    await server.shutdown();
  }
}

/** A gate on a clock of its own: waiting moves the clock and takes no time. */
export function fakeGate(options: RateGateOptions = {}): { gate: RateGate; waits: number[] } {
  const waits: number[] = [];
  let now = 0;
  const gate = new RateGate({
    monotonic: () => now,
    sleep: (ms) => {
      now += ms;
      waits.push(ms);
      return Promise.resolve();
    },
    ...options,
  });
  return { gate, waits };
}

/** Waits until the gate lets a request through. */
export async function pass(gate: RateGate, priority: Priority = "sync"): Promise<void> {
  do await gate.opens(priority); while (!gate.take(priority));
}

/** A client of the server with a static token and a back-off of next to nothing. */
export function client(oura: FakeOura, options: Partial<OuraHttpOptions> = {}): OuraHttp {
  return new OuraHttp({
    tokens: staticToken(TOKEN),
    baseUrl: oura.url,
    retries: 2,
    backoffMs: 1,
    ...options,
  });
}
