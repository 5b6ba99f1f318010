/** The limit of requests in flight that several wearers share, when one of them is in trouble. */
import assert from "node:assert/strict";
import { OuraHttp } from "../../../lib/oura/http/http.ts";
import { type InFlight, RequestLimit } from "../../../lib/oura/http/request_limit.ts";
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

/** The requests of one wearer that wait for a place or are in flight. */
class Asked {
  readonly #inFlight: InFlight[] = [];

  constructor(limit: RequestLimit, count: number, wearer: object) {
    for (let n = 0; n < count; n++) {
      void limit.enter(undefined, false, wearer).then((each) => this.#inFlight.push(each));
    }
  }

  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** Oura answers all that are in flight. @returns How many */
  answer(): number {
    const answered = this.#inFlight.splice(0);
    for (const each of answered) each.end("answered", 300);
    return answered.length;
  }
}

/** Lets those go on who have got a place. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Rounds until all requests of a wearer are answered, while others keep what they have. */
async function rounds(limit: RequestLimit, count: number, onRound = (_own: number) => {}) {
  const own = new Asked(limit, count, {});
  let number = 0;
  for (let left = count; left > 0; number++) {
    await turn();
    onRound(own.inFlight);
    const answered = own.answer();
    assert.ok(answered > 0, `${left} of ${count} requests wait for another wearer`);
    left -= answered;
  }
  return number;
}

Deno.test("wearers whose requests Oura does not answer slow the others by less than a tenth", async () => {
  const alone = await rounds(new RequestLimit(), 2_000);
  for (const count of [1, 3]) {
    const limit = new RequestLimit();
    const stalled = Array.from({ length: count }, () => new Asked(limit, 100, {}));
    const held = () => stalled.reduce((sum, { inFlight }) => sum + inFlight, 0);
    await turn();
    assert.ok(held() >= limit.current, "they have all the places");
    const beside = await rounds(limit, 2_000, (own) => {
      assert.ok(own <= limit.current, "no wearer has more than the limit");
      assert.ok(held() <= count * limit.most, `${held()} requests wait for Oura`);
    });
    assert.ok(beside <= 1.1 * alone, `${beside} rounds beside ${count}, ${alone} alone`);
  }
});

Deno.test("wearers share the places: who comes later has as many after a round", async () => {
  const limit = new RequestLimit();
  const first = new Asked(limit, 200, {});
  await turn();
  const later = new Asked(limit, 200, {});
  await turn();
  first.answer();
  await turn();
  assert.ok(Math.abs(first.inFlight - later.inFlight) <= 1, `${first.inFlight}, ${later.inFlight}`);
  assert.equal(first.inFlight + later.inFlight, limit.current);
});

Deno.test("no share lets more be in flight than a limit that was reduced, or is fixed", async () => {
  const reduced = new RequestLimit();
  for (let n = 0; n < 8; n++) await ask(reduced, {}, "overloaded");
  const fixed = new RequestLimit(4);
  for (const limit of [reduced, fixed]) {
    const all = Array.from({ length: 6 }, () => new Asked(limit, 20, {}));
    for (let n = 0; n < 3; n++) {
      await turn();
      const inFlight = all.reduce((sum, each) => sum + each.inFlight, 0);
      assert.equal(inFlight, limit.current);
      for (const each of all) each.answer();
    }
  }
});
