import assert from "node:assert/strict";
import { DatabaseError } from "../lib/errors.ts";
import { withHealthCheck } from "../lib/health_check.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };

/** Serves a monitor that notes what it is told; `answer` may take its time. */
async function withMonitor(
  answer: (path: string, earlier: number) => Response | Promise<Response>,
  body: (url: string, told: string[]) => Promise<void>,
): Promise<void> {
  const told: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      told.push(`${request.method} ${pathname}${search}`);
      return answer(pathname, told.length - 1);
    },
  );
  try {
    await body(`http://127.0.0.1:${server.addr.port}`, told);
  } finally {
    await server.shutdown();
  }
}

const ok = () => new Response("OK");

Deno.test(
  "a run that succeeds is told as start and success, in this order",
  strict,
  () =>
    withMonitor(ok, async (url, told) => {
      assert.equal(await withHealthCheck(`${url}/ping/abc`, () => Promise.resolve(0)), 0);
      assert.deepEqual(told, ["GET /ping/abc/start", "GET /ping/abc"]);
    }),
);

Deno.test("a slow start still comes before the end", strict, async () => {
  const slowStart = async (path: string) => {
    if (path.endsWith("/start")) await new Promise((resolve) => setTimeout(resolve, 100));
    return ok();
  };
  await withMonitor(slowStart, async (url, told) => {
    await withHealthCheck(`${url}/abc`, () => {
      assert.deepEqual(told, [], "the run does not wait for the start to be told");
      return Promise.resolve(0);
    });
    assert.deepEqual(told, ["GET /abc/start", "GET /abc"]);
  });
});

Deno.test(
  "an exit code other than 0 is told, and a slash or a query of the URL is kept right",
  strict,
  () =>
    withMonitor(ok, async (url, told) => {
      assert.equal(await withHealthCheck(`${url}/abc/?create=1`, () => Promise.resolve(4)), 4);
      assert.deepEqual(told, ["GET /abc/start?create=1", "GET /abc/4?create=1"]);
    }),
);

Deno.test(
  "a failure that is thrown is told by its exit code and goes on",
  strict,
  () =>
    withMonitor(ok, async (url, told) => {
      const failure = new DatabaseError("DATABASE_UNREACHABLE", "no database");
      await assert.rejects(withHealthCheck(`${url}/abc`, () => Promise.reject(failure)), failure);
      const bug = new TypeError("a bug");
      await assert.rejects(withHealthCheck(`${url}/abc`, () => Promise.reject(bug)), bug);
      assert.deepEqual(told, ["GET /abc/start", "GET /abc/5", "GET /abc/start", "GET /abc/1"]);
    }),
);

Deno.test("a monitor that hangs changes nothing and is given up", strict, async () => {
  const release = Promise.withResolvers<void>();
  await withMonitor(async () => {
    await release.promise;
    return ok();
  }, async (url, told) => {
    const code = await withHealthCheck(`${url}/abc`, () => Promise.resolve(0), { timeoutMs: 50 });
    assert.equal(code, 0);
    assert.deepEqual(told, ["GET /abc/start", "GET /abc"]);
    release.resolve();
  });
});

Deno.test(
  "a monitor that stumbles is told again; one that is gone changes nothing",
  strict,
  async () => {
    const stumbling = (_: string, earlier: number) =>
      earlier === 0 ? new Response("busy", { status: 503 }) : ok();
    let gone = "";
    await withMonitor(stumbling, async (url, told) => {
      gone = url;
      await withHealthCheck(`${url}/abc`, () => Promise.resolve(0));
      assert.deepEqual(told, ["GET /abc/start", "GET /abc/start", "GET /abc"]);
    });
    assert.equal(
      await withHealthCheck(`${gone}/abc`, () => Promise.resolve(4), { timeoutMs: 50 }),
      4,
    );
  },
);
