import assert from "node:assert/strict";
import { type InFlight, RequestLimit } from "../../../lib/oura/http/request_limit.ts";
import { client, fakeGate, STRICT, withOura } from "../support.ts";

const QUICK = 300;
const status = (code: number) => new Response(null, { status: code });

/** Takes every place that is free now. */
async function fill(limit: RequestLimit): Promise<InFlight[]> {
  const taken: InFlight[] = [];
  for (let i = 0; i < limit.current; i++) taken.push(await limit.enter());
  return taken;
}

async function round(limit: RequestLimit, sign: "answered" | "overloaded", ms = QUICK) {
  for (const request of await fill(limit)) request.end(sign, ms);
}

Deno.test("the limit grows while answers are quick, up to its bound", async () => {
  const limit = new RequestLimit();
  const course: number[] = [];
  for (let i = 0; i < 8; i++) {
    course.push(limit.current);
    await round(limit, "answered");
  }
  assert.deepEqual(course.toSorted((a, b) => a - b), course);
  assert.ok(course[0]! > 1);
  assert.equal(limit.current, limit.most);
});

Deno.test("the limit does not grow where fewer requests are in flight than may be", async () => {
  const limit = new RequestLimit();
  const before = limit.current;
  for (let i = 0; i < 100; i++) (await limit.enter()).end("answered", QUICK);
  assert.equal(limit.current, before);
});

Deno.test("slow answers do not raise the limit", async () => {
  const limit = new RequestLimit();
  const before = limit.current;
  for (let i = 0; i < 8; i++) await round(limit, "answered", 10_000);
  assert.equal(limit.current, before);
});

Deno.test("the requests in flight at a disturbance halve the limit once, and one always remains", async () => {
  const limit = new RequestLimit();
  for (let i = 0; i < 8; i++) await round(limit, "answered");
  await round(limit, "overloaded");
  assert.equal(limit.current, limit.most / 2);
  for (let i = 0; i < 8; i++) await round(limit, "overloaded");
  assert.equal(limit.current, 1);
});

Deno.test("answers to requests from before a reduction do not raise the limit", async () => {
  const limit = new RequestLimit();
  const [first, ...others] = await fill(limit);
  first!.end("overloaded", QUICK);
  const reduced = limit.current;
  for (const request of others) request.end("answered", QUICK);
  assert.equal(limit.current, reduced);
});

Deno.test("a fixed limit never moves", async () => {
  const limit = new RequestLimit(3);
  await round(limit, "overloaded");
  for (let i = 0; i < 8; i++) await round(limit, "answered");
  assert.equal(limit.current, 3);
});

Deno.test("a request that waits for its place leaves the queue when it is aborted", async () => {
  const limit = new RequestLimit(1);
  const first = await limit.enter();
  const abort = new AbortController();
  const second = limit.enter(abort.signal);
  const third = limit.enter();
  abort.abort(new Error("stop"));
  await assert.rejects(second, /stop/);
  first.end("answered", QUICK);
  first.end("answered", QUICK);
  (await third).end("answered", QUICK);
  const again = await limit.enter();
  again.end(null, 0);
});

const TROUBLES: [string, () => Response][] = [
  ["429", () => status(429)],
  ["503", () => status(503)],
  ["425", () => status(425)],
];
for (const [name, trouble] of TROUBLES) {
  Deno.test(`getJson() halves the limit after ${name}`, STRICT, async () => {
    const limit = new RequestLimit();
    const before = limit.current;
    const { gate } = fakeGate();
    await withOura((n) => n === 1 ? trouble() : Response.json({ data: [] }), async (oura) => {
      await client(oura, { limit, gate }).getJson("/x");
      assert.equal(limit.current, before / 2);
    });
  });
}

Deno.test("getJson() keeps the requests in flight within the limit", STRICT, async () => {
  let inFlight = 0;
  let most = 0;
  const answer = async () => {
    most = Math.max(most, ++inFlight);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inFlight--;
    return Response.json({ data: [] });
  };
  await withOura(answer, async (oura) => {
    const http = client(oura, { limit: new RequestLimit(3) });
    await Promise.all(Array.from({ length: 20 }, () => http.getJson("/x")));
    assert.equal(most, 3);
  });
});
