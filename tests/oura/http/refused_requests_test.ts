/** 400 and 422: what is shown of what Oura says. */
import assert from "node:assert/strict";
import { RequestRefusedError } from "../../../lib/oura/errors.ts";
import { client, STRICT, TOKEN, withOura } from "../support.ts";
import { ask, failure } from "./requests.ts";

const ECHO = `Bad \u001b[31mrange\u0007\u202e of ${TOKEN}:\r\nask for 30 days at most. ${
  "x".repeat(300)
}`;

Deno.test(
  "a 400 is told in Oura's own words: short, on one line, without the token",
  STRICT,
  async () => {
    await withOura(() => Response.json({ detail: ECHO }, { status: 400 }), async (oura) => {
      const error = await failure(ask(client(oura)));
      assert.ok(error instanceof RequestRefusedError);
      assert.match(
        error.message,
        /400 for \S+: Bad \[31mrange of \[hidden\]: ask for 30 days at most/,
      );
      assert.doesNotMatch(error.message, /[\p{C}]/u);
      assert.ok(error.message.length < 300);
      assert.match(error.hint!, /window\.chunk/);
    });
  },
);

Deno.test("a 422 tells where and what, never the value that was sent", STRICT, async () => {
  const detail = [{
    type: "date_parsing",
    loc: ["query", "start_date"],
    msg: "Input should be a valid date",
    input: "the-value",
    ctx: { error: "the-value" },
  }];
  await withOura(() => Response.json({ detail }, { status: 422 }), async (oura) => {
    const error = await failure(ask(client(oura)));
    assert.ok(error instanceof RequestRefusedError);
    assert.equal(error.detail, "query.start_date: Input should be a valid date");
    assert.ok(!error.message.includes("the-value"));
  });
});

for (
  const body of [
    "",
    "<html>no</html>",
    "null",
    "[]",
    '{"detail":5}',
    '{"detail":"\\u0007"}',
    '{"detail":[{}]}',
  ]
) {
  Deno.test(`a 400 with the body ${JSON.stringify(body)} is a plain refusal`, STRICT, async () => {
    await withOura(() => new Response(body, { status: 400 }), async (oura) => {
      const error = await failure(ask(client(oura)));
      assert.ok(error instanceof RequestRefusedError);
      assert.match(error.message, /the request was refused$/);
    });
  });
}
