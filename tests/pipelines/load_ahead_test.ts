/** Batches are loaded in order, one at a time, while the next is read. */
import assert from "node:assert/strict";
import { LoadAhead, LoadPlaces } from "../../pipelines/sync/run/load_ahead.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

/** Lets everything that is ready happen, unhandled rejections included. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("LoadAhead loads one batch at a time, and one waits", STRICT, async () => {
  const steps: string[] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using loads = new LoadAhead(new AbortController(), new LoadPlaces(1));
  const load = (n: number) => async () => {
    steps.push(`begin ${n}`);
    await gates[n]!.promise;
    steps.push(`end ${n}`);
  };
  await loads.begin(load(0));
  const second = loads.begin(load(1));
  await turn();
  assert.deepEqual(steps, ["begin 0"]);
  gates[0]!.resolve();
  await second;
  assert.deepEqual(steps, ["begin 0", "end 0", "begin 1"]);
  gates[1]!.resolve();
  await loads.end();
  assert.deepEqual(steps.at(-1), "end 1");
});

Deno.test("a load that fails stops the reading, and its failure is met once", STRICT, async () => {
  const stop = new AbortController();
  const failure = new Error("the database is gone");
  {
    await using loads = new LoadAhead(stop, new LoadPlaces(1));
    await loads.begin(() => Promise.reject(failure));
    await turn();
    assert.equal(stop.signal.reason, failure);
    await assert.rejects(loads.begin(() => Promise.resolve()), failure);
  }
});

Deno.test("LoadAhead leaves nothing under way when the reading fails", STRICT, async () => {
  let ended = false;
  const reading = async () => {
    await using loads = new LoadAhead(new AbortController(), new LoadPlaces(1));
    await loads.begin(async () => {
      await turn();
      ended = true;
    });
    throw new Error("Oura cannot be reached");
  };
  await assert.rejects(reading(), /Oura cannot be reached/);
  assert.equal(ended, true);
});

Deno.test(
  "the loads of all windows wait for a place, and a load that fails gives its place back",
  STRICT,
  async () => {
    const places = new LoadPlaces(1);
    const [failing, waiting] = [1, 2].map(() => new LoadAhead(new AbortController(), places));
    const gate = Promise.withResolvers<void>();
    let begun = false;
    await failing!.begin(() => gate.promise);
    const next = waiting!.begin(() => {
      begun = true;
      return Promise.resolve();
    });
    await turn();
    assert.equal(begun, false);
    gate.reject(new Error("the database is gone"));
    await next;
    assert.equal(begun, true);
    await waiting!.end();
    await assert.rejects(failing!.end(), /the database is gone/);
  },
);
