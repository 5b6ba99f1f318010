/** The limit of requests in flight that several wearers share, when one of them is in trouble. */
import assert from "node:assert/strict";
import { OuraHttp } from "../../../lib/oura/http/http.ts";
import { RequestLimit } from "../../../lib/oura/http/request_limit.ts";
import { staticToken } from "../../../lib/oura/token_provider.ts";

/** A request from its sending to its end. */
async function ask(
  limit: RequestLimit,
  wearer: object,
  sign: "answered" | "overloaded" | "failed",
): Promise<void> {
  (await limit.enter(undefined, false, wearer)).end(sign, 1);
}

Deno.test("failures of one wearer do not lower the limit of all; a 429 does", async () => {
  const limit = new RequestLimit();
  const [one, two, three] = [{}, {}, {}];
  await ask(limit, two, "answered");
  const before = limit.current;
  const failing = await limit.enter(undefined, false, one);
  await ask(limit, two, "answered");
  failing.end("failed", 1);
  for (let n = 0; n < 20; n++) await ask(limit, one, "failed");
  assert.equal(limit.current, before);
  await ask(limit, three, "overloaded");
  assert.equal(limit.current, Math.floor(before / 2));
});

Deno.test("failures without an answer in between lower the limit, of one wearer or of several", async () => {
  for (const wearers of [[{}], [{}, {}, {}]]) {
    const limit = new RequestLimit();
    for (let n = 0; n < 12; n++) await ask(limit, wearers[n % wearers.length]!, "failed");
    assert.equal(limit.current, 1);
  }
});

Deno.test("a wearer whose requests fail has fewer in flight, and the other one as many as before", async () => {
  const inFlight = { bad: 0, good: 0 };
  const most = { bad: 0, good: 0 };
  const sent: number[] = [];
  const answer = async (input: string | URL | Request) => {
    const wearer = String(input).includes("bad") ? "bad" : "good";
    most[wearer] = Math.max(most[wearer], ++inFlight[wearer]);
    if (wearer === "bad") sent.push(inFlight.bad);
    await new Promise((resolve) => setTimeout(resolve, 2));
    inFlight[wearer]--;
    return wearer === "bad" ? new Response("", { status: 503 }) : Response.json({});
  };
  const limit = new RequestLimit();
  const client = () =>
    new OuraHttp({
      tokens: staticToken("token"),
      baseUrl: "http://oura.test",
      fetch: answer as typeof fetch,
      limit,
      backoffMs: 1,
      retries: 5,
    });
  const [bad, good] = [client(), client()];
  const asked = (http: OuraHttp, path: string, count: number) =>
    Promise.allSettled(Array.from({ length: count }, () => http.getJson(path)));
  await asked(good, "/good", 60);
  const before = limit.current;
  await Promise.all([asked(bad, "/bad", 8), asked(good, "/good", 400)]);
  assert.ok(limit.current >= before, `${limit.current} of ${before}`);
  assert.ok(most.good >= before, "the other wearer had as many in flight as before");
  assert.equal(sent.length, 8 * 6);
  assert.ok(Math.max(...sent.slice(-8)) <= 3, String(sent));
});
