import assert from "node:assert/strict";
import { BodyBudget } from "../../../lib/oura/http/body_budget.ts";
import { OuraHttp } from "../../../lib/oura/http/http.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };
const MEGABYTE = 1024 * 1024;

/** A gzip body that is small on the wire and so many megabytes when unpacked. */
async function bomb(megabytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const zeros = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let i = 0; i < megabytes; i++) controller.enqueue(new Uint8Array(MEGABYTE).fill(32));
      controller.close();
    },
  });
  const packed = zeros.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

async function withBomb(
  megabytes: number,
  body: (baseUrl: string, sent: () => number) => Promise<void>,
): Promise<void> {
  const packed = await bomb(megabytes);
  let sent = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    sent++;
    return new Response(packed, { headers: { "content-encoding": "gzip" } });
  });
  try {
    await body(`http://127.0.0.1:${server.addr.port}`, () => sent);
  } finally {
    await server.shutdown();
  }
}

function client(baseUrl: string, bodies: BodyBudget, largestBody: number): OuraHttp {
  const tokens = {
    scopes: null,
    accessToken: () => Promise.resolve("token"),
    refresh: () => Promise.resolve(null),
  };
  return new OuraHttp({ tokens, baseUrl, bodies, largestBody, retries: 0 });
}

Deno.test("a gzip bomb is read no further than the bound, once", strict, async () => {
  await withBomb(64, async (url, sent) => {
    const bodies = new BodyBudget();
    const http = client(url, bodies, 4 * MEGABYTE);
    await assert.rejects(http.getJson("/v2/x"), { message: /the response is too large/ });
    assert.deepEqual([sent(), bodies.held], [1, 0]);
  });
});

Deno.test(
  "answers in flight hold no more together than the budget and one answer",
  strict,
  async () => {
    await withBomb(6, async (url) => {
      const mostBytes = 8 * MEGABYTE;
      const largest = 6 * MEGABYTE;
      const bodies = new BodyBudget(mostBytes);
      let most = 0;
      const open = bodies.open.bind(bodies);
      bodies.open = () => {
        const reservation = open();
        const { take } = reservation;
        reservation.take = async (bytes) => {
          await take(bytes);
          most = Math.max(most, bodies.held);
        };
        return reservation;
      };
      const http = client(url, bodies, largest);
      const asked = Array.from({ length: 8 }, () => http.getJson("/v2/x"));
      for (const { status } of await Promise.allSettled(asked)) assert.equal(status, "rejected");
      assert.ok(most > 0 && most <= mostBytes + largest, `${most} bytes`);
      assert.equal(bodies.held, 0);
    });
  },
);

Deno.test("the oldest answer is read to its end while the others wait", strict, async () => {
  const bodies = new BodyBudget(10);
  using first = bodies.open();
  const second = bodies.open();
  await second.take(8);
  await first.take(8);
  await first.take(8);
  let waited = true;
  const waiting = second.take(1).then(() => waited = false);
  await Promise.resolve();
  assert.ok(waited && bodies.held === 24);
  first[Symbol.dispose]();
  await waiting;
  assert.equal(bodies.held, 9);
  second[Symbol.dispose]();
  assert.equal(bodies.held, 0);
});
