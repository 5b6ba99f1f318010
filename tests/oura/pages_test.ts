import assert from "node:assert/strict";
import { BadAnswerError, RequestRefusedError } from "../../lib/oura/errors.ts";
import { type PageRequest, pages } from "../../lib/oura/pages.ts";
import { client, type FakeOura, STRICT, withOura } from "./support.ts";

const BOUNDS = { start_date: "2026-05-01", end_date: "2026-05-09" };
const LIST: PageRequest = {
  endpoint: "/v2/usercollection/sleep",
  envelope: "list",
  bounds: BOUNDS,
};
const OBJECT: PageRequest = { endpoint: "/v2/info", envelope: "object", bounds: {} };

const page = (data: unknown, next_token?: unknown) => Response.json({ data, next_token });
const read = (oura: FakeOura, request: PageRequest) =>
  Array.fromAsync(pages(client(oura, { retries: 0 }), request));
const queries = (oura: FakeOura) => oura.asked.map(({ query }) => Object.fromEntries(query));

Deno.test(
  "pages() follows the token until it is null, with the bounds beside it",
  STRICT,
  async () => {
    const answers = [
      page([{ id: 1 }, { id: 2 }], "t1"),
      page([{ id: 3 }], "t2"),
      page([{ id: 4 }], null),
    ];
    await withOura((n) => answers[n - 1]!, async (oura) => {
      const found = await read(oura, LIST);
      assert.deepEqual(found.flat(), [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
      assert.deepEqual(queries(oura), [
        BOUNDS,
        { ...BOUNDS, next_token: "t1" },
        { ...BOUNDS, next_token: "t2" },
      ]);
    });
  },
);

Deno.test("pages() does not take an empty page with a token for the end", STRICT, async () => {
  const answers = [page([], "t1"), page([], "t2"), page([{ id: 1 }])];
  await withOura((n) => answers[n - 1]!, async (oura) => {
    assert.deepEqual(await read(oura, LIST), [[], [], [{ id: 1 }]]);
  });
});

Deno.test(
  "pages() sends the token alone, from then on, where Oura refuses the bounds beside it",
  STRICT,
  async () => {
    await withOura((n, request) => {
      const query = new URL(request.url).searchParams;
      if (query.has("next_token") && query.has("start_date")) {
        return new Response(null, { status: 422 });
      }
      return page([{ id: n }], n < 5 ? `t${n}` : null);
    }, async (oura) => {
      assert.equal((await read(oura, LIST)).length, 4);
      assert.deepEqual(queries(oura), [
        BOUNDS,
        { ...BOUNDS, next_token: "t1" },
        { next_token: "t1" },
        { next_token: "t3" },
        { next_token: "t4" },
      ]);
    });
  },
);

Deno.test("pages() lets other refusals stand", STRICT, async () => {
  await withOura(() => new Response(null, { status: 422 }), async (oura) => {
    await assert.rejects(read(oura, LIST), RequestRefusedError);
    assert.equal(oura.asked.length, 1);
  });
  await withOura(
    (n) => n === 1 ? page([{}], "t") : new Response(null, { status: 400 }),
    async (oura) => {
      await assert.rejects(read(oura, LIST), RequestRefusedError);
      assert.equal(oura.asked.length, 2);
    },
  );
});

Deno.test("pages() ends a walk in circles", STRICT, async () => {
  // It ends after all, so that who walks on is found out.
  await withOura((n) => page([{ id: n }], n > 9 ? null : n % 2 === 0 ? "a" : "b"), async (oura) => {
    await assert.rejects(read(oura, LIST), /a next_token came twice/);
    assert.equal(oura.asked.length, 3);
  });
});

Deno.test(
  "pages() ends a long row of empty pages, but not a row that documents break",
  STRICT,
  async () => {
    await withOura((n) => page([], `t${n}`), async (oura) => {
      await assert.rejects(read(oura, LIST), /its pages have no end/);
      assert.equal(oura.asked.length, 100);
    });
    await withOura(
      (n) => page(n % 60 === 0 ? [{}] : [], n < 200 ? `t${n}` : null),
      async (oura) => {
        assert.equal((await read(oura, LIST)).length, 200);
      },
    );
  },
);

Deno.test("pages() ends a collection without an end", STRICT, async () => {
  await withOura(() => page([]), async (oura) => {
    const http = client(oura);
    let n = 0;
    // In place of the server, for five thousand requests take a while.
    http.getJson = () => Promise.resolve({ data: [{}], next_token: `t${n++}` });
    await assert.rejects(Array.fromAsync(pages(http, LIST)), /its pages have no end/);
    assert.equal(n, 1_000);
  });
});

Deno.test("pages() yields a bare object as one page", STRICT, async () => {
  await withOura(() => Response.json({ id: "me" }), async (oura) => {
    assert.deepEqual(await read(oura, OBJECT), [[{ id: "me" }]]);
  });
});

const WRONG: [string, PageRequest, () => Response][] = [
  ["a list without data", LIST, () => Response.json({ items: [] })],
  ["data that is no list", LIST, () => page({})],
  ["a bare list", LIST, () => Response.json([{}])],
  ["null", LIST, () => Response.json(null)],
  ["a token that is no text", LIST, () => page([], 7)],
  ["a list where an object belongs", OBJECT, () => Response.json([])],
  ["a text where an object belongs", OBJECT, () => Response.json("me")],
];
for (const [name, request, answer] of WRONG) {
  Deno.test(`pages() refuses ${name}`, STRICT, async () => {
    await withOura(answer, async (oura) => {
      await assert.rejects(read(oura, request), BadAnswerError);
    });
  });
}
