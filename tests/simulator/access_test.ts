import assert from "node:assert/strict";
import { ROUTES } from "../../simulator/api/routes.ts";
import { ask, BASE, page, simulate } from "./support.ts";

Deno.test("no token, and an unknown one, are 401 with an empty body", async () => {
  const simulator = simulate();
  const naked = new Request(`${BASE}/v2/usercollection/daily_sleep`);
  for (const response of [await simulator.handler(naked), await ask(simulator, "sleep", {}, "x")]) {
    assert.equal(response.status, 401);
    assert.equal(await response.text(), "");
  }
});

Deno.test("a missing scope is 401 on some routes and 403 on others", async () => {
  const simulator = simulate({ users: [{ scopes: [] }] });
  const statuses: Record<string, number> = {};
  for (const { path } of ROUTES) statuses[path] = (await ask(simulator, path)).status;
  assert.equal(statuses.personal_info, 200);
  assert.equal(statuses.daily_sleep, 403);
  assert.equal(statuses.heartrate, 403);
  for (const path of ["workout", "daily_spo2", "daily_resilience", "vO2_max", "tag"]) {
    assert.equal(statuses[path], 401, path);
  }
});

Deno.test("personal_info: the id for any token, the rest by scope", async () => {
  const keysWith = async (scopes: string[]) => {
    const response = await ask(simulate({ users: [{ scopes }] }), "personal_info");
    return Object.keys(await response.json());
  };
  assert.deepEqual(await keysWith([]), ["id"]);
  assert.deepEqual(await keysWith(["email"]), ["id", "email"]);
  assert.ok((await keysWith(["personal"])).includes("height"));
});

Deno.test("without a membership all is 403, but for a ring of the second generation", async () => {
  for (const [ring, expected] of [["gen4", 403], ["gen2", 200]] as const) {
    const simulator = simulate({ users: [{ ring, membership: false }] });
    for (const { path } of ROUTES) {
      const response = await ask(simulator, path);
      await response.body?.cancel();
      assert.equal(response.status, expected, `${ring} ${path}`);
    }
  }
});

Deno.test("the limit counts per token, and its headers come with a 429 only", async () => {
  let now = 0;
  const simulator = simulate({ users: 2 }, { rateLimit: 2, clock: () => now });
  const first = await ask(simulator, "daily_sleep");
  assert.equal(first.headers.get("x-ratelimit-limit"), null);
  assert.equal((await ask(simulator, "daily_sleep")).status, 200);
  const refused = await ask(simulator, "daily_sleep");
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "300");
  assert.equal((await ask(simulator, "daily_sleep", {}, "sim-wearer-2")).status, 200);
  now = 300_000;
  assert.equal((await ask(simulator, "daily_sleep")).status, 200);
});

Deno.test("every answer has a trace id, errors too", async () => {
  const simulator = simulate();
  for (const path of ["daily_sleep", "nonsense"]) {
    assert.ok((await ask(simulator, path)).headers.get("x-trace-id"), path);
  }
});

Deno.test("the sandbox: any token, telling ids, two rows, and no personal_info", async () => {
  const simulator = simulate();
  const sandbox = async (path: string) => {
    const response = await simulator.handler(
      new Request(`${BASE}/v2/sandbox/usercollection/${path}`, {
        headers: { authorization: "Bearer whatever" },
      }),
    );
    return { status: response.status, body: await response.json() };
  };
  const list = await sandbox("daily_sleep?start_date=2021-01-01&end_date=2021-01-03&fields=score");
  assert.equal(list.body.data[0].id, "daily_sleep-1-2021-1-1");
  assert.ok(list.body.data[0].contributors);
  const single = await sandbox("daily_sleep/daily_sleep-1-2021-1-1");
  assert.deepEqual(single.body, list.body.data[0]);
  assert.equal((await sandbox("heartrate")).body.data.length, 2);
  assert.equal((await sandbox("personal_info")).status, 404);
});

Deno.test("rings: all ever owned, one set up at the epoch's zero, one at an unknown time", async () => {
  const { data } = await page(simulate(), "ring_configuration");
  assert.deepEqual(data.slice(0, 2).map((ring) => ring.set_up_at), [
    "1970-01-01T00:00:00+00:00",
    null,
  ]);
});
