import assert from "node:assert/strict";
import { free, readBody } from "../../../lib/oura/http/body.ts";

const LARGE = 1_000_000;
const letters = new Uint8Array(LARGE).map((_, i) => "a".charCodeAt(0) + i % 23);

/** A body that comes over the network, and one that a program made of pieces. */
async function withBodies(body: (response: Response) => Promise<void>): Promise<void> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(letters),
  );
  await body(await fetch(`http://127.0.0.1:${server.addr.port}`));
  await body(new Response(pieces([0, 1, 0, 200_000, 3, 500_000, 299_996])));
}

function pieces(lengths: readonly number[]): ReadableStream<Uint8Array> {
  let place = 0;
  return ReadableStream.from(
    lengths.map((length) => letters.subarray(place, place += length)),
  ) as ReadableStream<Uint8Array>;
}

Deno.test("readBody() reads a body whole, in a buffer of its own", async () => {
  await withBodies(async (response) => {
    let taken = 0;
    const bytes = await readBody(response, LARGE, (count) => {
      taken += count;
      return Promise.resolve();
    });
    assert.ok(bytes !== null && bytes.length === LARGE);
    assert.equal(new TextDecoder().decode(bytes), new TextDecoder().decode(letters));
    assert.equal(taken, LARGE);
    free(bytes);
    assert.equal(bytes.length, 0);
    assert.equal(letters.length, LARGE, "the memory of others is not given back");
  });
  assert.equal((await readBody({ body: null }, 1))!.length, 0);
});

Deno.test("readBody() reads no more of a body that is too large", async () => {
  await withBodies(async (response) => {
    assert.equal(await readBody(response, LARGE - 1), null);
  });
});

Deno.test("readBody() throws what the body or the reader of it threw", async () => {
  const cut = new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(9)),
    pull: () => Promise.reject(new Error("cut")),
  });
  await assert.rejects(readBody(new Response(cut), 100), { message: "cut" });
  await withBodies(async (response) => {
    const refuse = () => Promise.reject(new Error("no room"));
    await assert.rejects(readBody(response, LARGE, refuse), { message: "no room" });
  });
});
