/** `getJson()`: tokens, retries, timeouts, and what it keeps of the traffic. */
import assert from "node:assert/strict";
import { OuraUnavailableError } from "../../../lib/errors.ts";
import {
  AccessDeniedError,
  AppOutdatedError,
  BadAnswerError,
  DocumentNotFoundError,
  RequestRefusedError,
} from "../../../lib/oura/errors.ts";
import { staticToken, type TokenProvider } from "../../../lib/oura/token_provider.ts";
import { client, type FakeOura, STRICT, TOKEN, withOura } from "../support.ts";
import { ask, failure, fine, PATH, QUERY, status } from "./requests.ts";

/** A provider that counts its refreshes. */
function refreshing(tokens: readonly (string | null)[]): TokenProvider & { refused: string[] } {
  const refused: string[] = [];
  return {
    refused,
    scopes: null,
    accessToken: () => Promise.resolve(TOKEN),
    refresh: (token) => {
      refused.push(token);
      return Promise.resolve(tokens[refused.length - 1] ?? null);
    },
  };
}

Deno.test("getJson() sends the token and the query, and returns the JSON", STRICT, async () => {
  await withOura(() => Response.json({ data: [1] }), async (oura) => {
    const http = client(oura);
    assert.deepEqual(await ask(http), { data: [1] });
    assert.equal(oura.asked[0]!.token, TOKEN);
    assert.deepEqual(Object.fromEntries(oura.asked[0]!.query), QUERY);
    assert.equal(http.traffic.requests, 1);
    assert.ok(http.traffic.bytes > 0);
  });
});

Deno.test(
  "getJson() refreshes a refused token once and goes on with the new one",
  STRICT,
  async () => {
    const tokens = refreshing(["fresh-token"]);
    await withOura((n) => n === 1 ? status(401) : fine(), async (oura) => {
      assert.deepEqual(await ask(client(oura, { tokens })), { data: [] });
      assert.deepEqual(tokens.refused, [TOKEN]);
      assert.deepEqual(oura.asked.map(({ token }) => token), [TOKEN, "fresh-token"]);
    });
  },
);

Deno.test(
  "getJson() refreshes no second time when the new token is refused too",
  STRICT,
  async () => {
    const tokens = refreshing(["fresh-token", "another"]);
    await withOura(() => status(401), async (oura) => {
      const error = await failure(ask(client(oura, { tokens })));
      assert.ok(error instanceof AccessDeniedError);
      assert.equal(error.refusal.status, 401);
      assert.equal(tokens.refused.length, 1);
      assert.equal(oura.asked.length, 2);
    });
  },
);

Deno.test("getJson() lets the refusal of a static token stand", STRICT, async () => {
  await withOura(() => status(401), async (oura) => {
    assert.ok(await failure(ask(client(oura))) instanceof AccessDeniedError);
    assert.equal(oura.asked.length, 1);
  });
});

const REFUSALS = [
  [403, AccessDeniedError],
  [426, AppOutdatedError],
  [404, DocumentNotFoundError],
  [400, RequestRefusedError],
  [422, RequestRefusedError],
] as const;
for (const [code, kind] of REFUSALS) {
  Deno.test(`getJson() asks once and names the trace on a ${code}`, STRICT, async () => {
    const tokens = refreshing(["fresh-token"]);
    await withOura(() => status(code, { "x-trace-id": "trace-1" }), async (oura) => {
      const http = client(oura, { tokens });
      const error = await failure(ask(http));
      assert.ok(error instanceof kind);
      assert.deepEqual(error.refusal, { path: PATH, status: code, traceId: "trace-1" });
      assert.match(error.message, /trace-1/);
      assert.deepEqual(http.traffic.traceIds, ["trace-1"]);
      assert.equal(oura.asked.length, 1);
      assert.deepEqual(tokens.refused, []);
    });
  });
}

const PASSING: [string, () => Response, new (...args: never[]) => Error, string][] = [
  ["a server error", () => status(503), OuraUnavailableError, "OURA_SERVER_ERROR"],
  ["a 500", () => status(500), OuraUnavailableError, "OURA_SERVER_ERROR"],
  [
    "a body that is no text at all",
    () => new Response(new Uint8Array([255, 0])),
    BadAnswerError,
    "OURA_BAD_ANSWER",
  ],
  ["truncated JSON", () => new Response('{"data":[{"id"'), BadAnswerError, "OURA_BAD_ANSWER"],
  ["an HTML page", () => new Response("<html>"), BadAnswerError, "OURA_BAD_ANSWER"],
  ["an empty answer", () => new Response(""), BadAnswerError, "OURA_BAD_ANSWER"],
  [
    "a redirect, which is not followed",
    () => new Response(null, { status: 302, headers: { location: "/elsewhere?token=x" } }),
    OuraUnavailableError,
    "OURA_UNREACHABLE",
  ],
];
for (const [name, answer, kind, code] of PASSING) {
  Deno.test(`getJson() gets over ${name}`, STRICT, async () => {
    await withOura((n) => n < 3 ? answer() : fine(), async (oura) => {
      const problems: number[] = [];
      const onRetry = (_path: string, _problem: string, attempt: number) => problems.push(attempt);
      assert.deepEqual(await ask(client(oura, { onRetry })), { data: [] });
      assert.deepEqual(problems, [1, 2]);
      assert.ok(oura.asked.every(({ path }) => path === PATH));
    });
  });

  Deno.test(`getJson() gives up when ${name} does not pass`, STRICT, async () => {
    await withOura(() => answer(), async (oura) => {
      const error = await failure(ask(client(oura)));
      assert.ok(error instanceof kind);
      assert.equal(error.code, code);
      assert.equal(oura.asked.length, 3);
    });
  });
}

Deno.test(
  "getJson() gets over a connection cut mid-body, and gives up when all are cut",
  STRICT,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let connections = 0;
    const serve = (async () => {
      for await (const connection of listener) {
        connections++;
        await connection.read(new Uint8Array(4096));
        const head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ";
        const whole = connections === 3;
        await connection.write(new TextEncoder().encode(`${head}${whole ? 2 : 99}\r\n\r\n[]`));
        connection.close();
      }
    })();
    const oura: FakeOura = { url: `http://127.0.0.1:${listener.addr.port}`, asked: [] };
    assert.deepEqual(await ask(client(oura)), []);
    assert.equal(connections, 3);
    assert.equal((await failure(ask(client(oura)))).code, "OURA_UNREACHABLE");
    assert.equal(connections, 6);
    listener.close();
    await serve;
  },
);

Deno.test("getJson() names the host when nothing listens there", STRICT, async () => {
  const oura: FakeOura = { url: "http://127.0.0.1:1", asked: [] };
  const error = await failure(ask(client(oura)));
  assert.equal(error.code, "OURA_UNREACHABLE");
  assert.match(error.message, /127\.0\.0\.1:1 for \/v2/);
});

Deno.test("getJson() repeats no query that the network's own message names", STRICT, async () => {
  const talkative = (url: URL | RequestInfo) =>
    Promise.reject(new TypeError(`error sending request for url (${url})`));
  const oura: FakeOura = { url: "http://oura.test", asked: [] };
  const error = await failure(ask(client(oura, { fetch: talkative, retries: 0 })));
  assert.equal(error.code, "OURA_UNREACHABLE");
});

Deno.test("getJson() gives a stalled body up after its time", STRICT, async () => {
  const stalled = () =>
    new Response(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("[")) }));
  await withOura((n) => n === 1 ? stalled() : fine(), async (oura) => {
    assert.deepEqual(await ask(client(oura, { timeoutMs: 150 })), { data: [] });
    assert.equal(oura.asked.length, 2);
  });
});

Deno.test(
  "getJson() stops at once when it is aborted, before, during and between",
  STRICT,
  async () => {
    const reason = new Error("enough");
    await withOura(() => status(503), async (oura) => {
      await assert.rejects(ask(client(oura), AbortSignal.abort(reason)), reason);
      assert.equal(oura.asked.length, 0);
      const waiting = new AbortController();
      const onRetry = () => waiting.abort(reason);
      const http = client(oura, { onRetry, backoffMs: 60_000 });
      await assert.rejects(ask(http, waiting.signal), reason);
      assert.equal(oura.asked.length, 1);
    });
    const during = new AbortController();
    const never = new Promise<Response>((resolve) =>
      during.signal.addEventListener("abort", () => resolve(fine()))
    );
    await withOura(() => {
      during.abort(reason);
      return never;
    }, async (oura) => {
      await assert.rejects(ask(client(oura), during.signal), reason);
      assert.equal(oura.asked.length, 1);
    });
  },
);

Deno.test(
  "getJson() keeps the latest twenty trace ids and the skew of the clock",
  STRICT,
  async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    await withOura((n) => status(404, { "x-trace-id": `t${n}`, date }), async (oura) => {
      const http = client(oura);
      for (let i = 0; i < 25; i++) await failure(ask(http));
      assert.equal(http.traffic.traceIds.length, 20);
      assert.equal(http.traffic.traceIds.at(-1), "t25");
      assert.equal(Math.round(http.traffic.clockSkewMs! / 3_600_000), 1);
    });
  },
);

Deno.test(
  "getJson() asks again after 408 and 425, which say nothing of the request",
  STRICT,
  async () => {
    for (const code of [408, 425]) {
      await withOura((n) => n === 1 ? status(code) : fine(), async (oura) => {
        assert.deepEqual(await ask(client(oura)), { data: [] });
        assert.equal(oura.asked.length, 2);
      });
    }
  },
);

Deno.test("getJson() reads no more of a body than any real one has", STRICT, async () => {
  let sent = 0;
  const endless = () => {
    const chunk = new Uint8Array(10_000).fill(32);
    return new Response(
      new ReadableStream({
        pull(controller) {
          sent += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    );
  };
  await withOura(endless, async (oura) => {
    const error = await failure(ask(client(oura, { largestBody: 100_000 })));
    assert.ok(error instanceof BadAnswerError);
    assert.equal(oura.asked.length, 1);
    assert.ok(sent < 50_000_000, `${sent} bytes were sent`);
  });
});

Deno.test("getJson() counts bytes, not characters", STRICT, async () => {
  await withOura(() => Response.json({ data: ["äöü"] }), async (oura) => {
    const http = client(oura);
    await ask(http);
    assert.equal(http.traffic.bytes, new TextEncoder().encode('{"data":["äöü"]}').length);
  });
});

Deno.test("getJson() shows and sends no token that fits no header", STRICT, async () => {
  await withOura(() => fine(), async (oura) => {
    for (
      const token of [`${TOKEN}\n`, `${TOKEN}\r\nx: y`, `${TOKEN}\0`, `${TOKEN}€`, "", ` ${TOKEN}`]
    ) {
      const error = await failure(ask(client(oura, { tokens: staticToken(token) })));
      assert.equal(error.code, "TOKEN_UNUSABLE");
    }
    assert.equal(oura.asked.length, 0);
  });
});
