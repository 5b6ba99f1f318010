import assert from "node:assert/strict";
import { serveSimulator, type Simulator } from "../../simulator/mod.ts";
import type { FaultRule } from "../../simulator/mod.ts";
import { ask, control, page, post, simulate } from "./support.ts";

const WEEK = { start_datetime: "2026-10-01", end_datetime: "2026-10-08" };

function simulateFault(rule: FaultRule): Simulator {
  const simulator = simulate();
  simulator.faults.add(rule);
  return simulator;
}

Deno.test("a fault hits the routes it names, as often as it says, after those it lets pass", async () => {
  const simulator = simulateFault({ kind: "status", match: "daily_sleep", after: 1, times: 2 });
  const statuses: number[] = [];
  for (let index = 0; index < 4; index++) {
    statuses.push((await ask(simulator, "daily_sleep")).status);
    assert.equal((await ask(simulator, "daily_stress")).status, 200);
  }
  assert.deepEqual(statuses, [200, 503, 503, 200]);
});

Deno.test("a chance is drawn from the seed: the same requests fail in each run", async () => {
  const run = async () => {
    const simulator = simulateFault({ kind: "status", probability: 0.5 });
    const statuses: number[] = [];
    for (let index = 0; index < 20; index++) {
      statuses.push((await ask(simulator, "daily_sleep")).status);
    }
    return statuses;
  };
  const first = await run();
  assert.deepEqual(await run(), first);
  assert.deepEqual([...new Set(first)].sort(), [200, 503]);
});

Deno.test("rateLimit answers 429 with the five headers", async () => {
  const response = await ask(simulateFault({ kind: "rateLimit", seconds: 7 }), "daily_sleep");
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "7");
  for (const name of ["limit", "window", "reset", "tier"]) {
    assert.ok(response.headers.get(`x-ratelimit-${name}`), name);
  }
});

Deno.test("truncate ends the JSON early, malform changes a field of every document", async () => {
  const truncated = await ask(simulateFault({ kind: "truncate" }), "daily_sleep");
  await assert.rejects(truncated.json(), SyntaxError);
  const simulator = simulateFault({
    kind: "malform",
    field: "contributors.latency",
    value: "long",
  });
  const { data } = await page(simulator, "daily_sleep", { start_date: "2026-10-01" });
  assert.ok(data.length > 5);
  for (const document of data) {
    assert.equal((document.contributors as Record<string, unknown>).latency, "long");
  }
});

Deno.test("repeatToken names the same token again", async () => {
  const simulator = simulate();
  const first = await page(simulator, "heartrate", WEEK);
  simulator.faults.add({ kind: "repeatToken", match: "next_token" });
  const second = await page(simulator, "heartrate", { ...WEEK, next_token: first.next_token! });
  assert.equal(second.next_token, first.next_token);
});

Deno.test("endless never runs out of new tokens", async () => {
  const simulator = simulateFault({ kind: "endless" });
  const tokens = new Set<string>();
  let query: Record<string, string> = WEEK;
  for (let index = 0; index < 12; index++) {
    const next = await page(simulator, "heartrate", query);
    tokens.add(next.next_token!);
    query = { ...WEEK, next_token: next.next_token! };
  }
  assert.equal(tokens.size, 12);
});

Deno.test("a spoiled token answer spends the refresh token all the same", async () => {
  const simulator = simulate();
  const wearer = simulator.world.wearers[0]!;
  const app = simulator.oauth.apps.find("sim-app")!;
  const grant = { wearer, app, scopes: ["daily"], revoked: false };
  const { refreshToken } = simulator.oauth.grants.issuePair(grant, 100);
  const form = {
    client_id: "sim-app",
    client_secret: "sim-secret",
    grant_type: "refresh_token",
    refresh_token: refreshToken,
  };
  simulator.faults.add({ kind: "tokenHtml", times: 1 });
  const spoiled = await post(simulator, "/oauth/v2/ext/oauth-token", form);
  assert.match(await spoiled.text(), /html/);
  assert.equal((await post(simulator, "/oauth/v2/ext/oauth-token", form)).status, 400);
  assert.equal(simulator.stats.refreshTokenReuses, 1);
});

Deno.test("a status fault prevents the request, unless it says otherwise", async () => {
  const simulator = simulate();
  const app = {
    client_id: "sim-app",
    client_secret: "sim-secret",
    grant_type: "refresh_token",
  };
  const wearer = simulator.world.wearers[0]!;
  const grant = {
    wearer,
    app: simulator.oauth.apps.find("sim-app")!,
    scopes: [],
    revoked: false,
  };
  const statusAfter = async (effect: boolean) => {
    const { refreshToken } = simulator.oauth.grants.issuePair(grant, 100);
    const form = { ...app, refresh_token: refreshToken };
    simulator.faults.add({ kind: "status", times: 1, effect });
    await (await post(simulator, "/oauth/v2/ext/oauth-token", form)).body?.cancel();
    return (await post(simulator, "/oauth/v2/ext/oauth-token", form)).status;
  };
  assert.deepEqual([await statusAfter(false), await statusAfter(true)], [200, 400]);
});

Deno.test("a rule with a mistake is refused", async () => {
  const simulator = simulate();
  for (const rule of [{ kind: "fire" }, { kind: "cut", match: "(" }, { kind: "cut", times: "2" }]) {
    assert.equal((await control(simulator, "faults", rule)).status, 400);
  }
  assert.deepEqual(simulator.faults.inForce, []);
});

const STRICT = { sanitizeOps: true, sanitizeResources: true };

Deno.test("over a socket: cut connections, stalled answers, skewed dates", STRICT, async () => {
  const running = serveSimulator({ days: 30, now: "2026-10-15T12:00:00Z", clock: () => 0 });
  const list = `${running.url}/v2/usercollection/daily_sleep?start_date=2026-10-01`;
  const headers = { authorization: "Bearer sim-wearer-1" };
  try {
    running.simulator.faults.add({ kind: "cut", times: 1 });
    const cut = await fetch(list, { headers });
    await assert.rejects(cut.text());
    running.simulator.faults.add({ kind: "dateSkew", seconds: 3600, times: 1 });
    const skewed = await fetch(list, { headers });
    await skewed.body?.cancel();
    assert.equal(skewed.headers.get("date"), "Thu, 01 Jan 1970 01:00:00 GMT");
    running.simulator.faults.add({ kind: "stall", times: 1 });
    const stalled = await fetch(list, { headers });
    assert.equal(stalled.status, 200);
    const text = stalled.text();
    running.simulator.stop();
    assert.equal(await text, "{");
  } finally {
    await running.close();
  }
});
