import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { Simulator } from "../../simulator/mod.ts";
import { BASE, control, simulate } from "./support.ts";

const TOKEN = "shared-secret";
const STRICT = { sanitizeOps: true, sanitizeResources: true };

/** A callback as an app runs it; `status` is what it answers events with. */
function receiver(status = 200) {
  const events: { body: string; signature: string; timestamp: string }[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const query = new URL(request.url).searchParams;
      if (request.method === "GET") {
        return query.get("verification_token") === TOKEN
          ? Response.json({ challenge: query.get("challenge") })
          : new Response(null, { status: 401 });
      }
      events.push({
        body: await request.text(),
        signature: request.headers.get("x-oura-signature")!,
        timestamp: request.headers.get("x-oura-timestamp")!,
      });
      return new Response(null, { status });
    },
  );
  return {
    events,
    url: `http://127.0.0.1:${server.addr.port}/webhook`,
    close: () => server.shutdown(),
  };
}

function call(
  simulator: Simulator,
  method: string,
  path = "",
  body?: object,
  secret = "sim-secret",
): Promise<Response> {
  return simulator.handler(
    new Request(`${BASE}/v2/webhook/subscription${path}`, {
      method,
      headers: { "x-client-id": "sim-app", "x-client-secret": secret },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  );
}

function wish(callbackUrl: string, eventType = "create"): Record<string, string> {
  return {
    callback_url: callbackUrl,
    verification_token: TOKEN,
    event_type: eventType,
    data_type: "daily_sleep",
  };
}

Deno.test("a subscription is made after the handshake, once for each pair", STRICT, async () => {
  const simulator = simulate();
  const app = receiver();
  try {
    const made = await call(simulator, "POST", "", wish(app.url));
    assert.equal(made.status, 201);
    const { id, expiration_time } = await made.json();
    assert.doesNotMatch(expiration_time, /Z|\+/);
    assert.equal((await call(simulator, "POST", "", wish(app.url))).status, 409);
    assert.equal((await (await call(simulator, "GET")).json()).length, 1);
    assert.equal((await call(simulator, "PUT", `/renew/${id}`)).status, 200);
    assert.equal(
      (await call(simulator, "GET", "/00000000-0000-4000-8000-000000000000")).status,
      403,
    );
    assert.equal((await call(simulator, "DELETE", `/${id}`)).status, 204);
    assert.deepEqual(await (await call(simulator, "GET")).json(), []);
  } finally {
    await app.close();
  }
});

Deno.test("a callback that fails the handshake gets no subscription", STRICT, async () => {
  const simulator = simulate();
  const app = receiver();
  try {
    const wrong = { ...wish(app.url), verification_token: "other" };
    assert.equal((await call(simulator, "POST", "", wrong)).status, 400);
    assert.deepEqual(await (await call(simulator, "GET")).json(), []);
  } finally {
    await app.close();
  }
});

Deno.test(
  "subscriptions are for clients with their secret, and for known types",
  STRICT,
  async () => {
    const simulator = simulate();
    assert.equal((await call(simulator, "GET", "", undefined, "wrong")).status, 401);
    const heartRate = { ...wish("http://127.0.0.1:1/"), data_type: "heartrate" };
    assert.equal((await call(simulator, "POST", "", heartRate)).status, 422);
  },
);

Deno.test("an event is signed over its timestamp and raw body", STRICT, async () => {
  const simulator = simulate();
  const app = receiver();
  try {
    await call(simulator, "POST", "", wish(app.url));
    await simulator.webhooks.deliver(
      simulator.webhooks.event("wearer-1", "daily_sleep", "create", "some-id"),
    );
    const [event] = app.events;
    const expected = createHmac("sha256", "sim-secret").update(event!.timestamp + event!.body)
      .digest("hex").toUpperCase();
    assert.equal(event!.signature, expected);
    assert.equal(JSON.parse(event!.body).user_id, "wearer-1");
  } finally {
    await app.close();
  }
});

Deno.test("a stamp counts milliseconds, or seconds where that is set", STRICT, async () => {
  for (const [webhookStamp, digits] of [["milliseconds", 13], ["seconds", 10]] as const) {
    const simulator = simulate({}, { webhookStamp });
    const app = receiver();
    try {
      await call(simulator, "POST", "", wish(app.url));
      const event = simulator.webhooks.event("wearer-1", "daily_sleep", "create", "some-id");
      await simulator.webhooks.deliver(event);
      assert.equal(app.events[0]!.timestamp.length, digits);
    } finally {
      await app.close();
    }
  }
});

Deno.test("what the clock changes is announced: a new night becomes an event", STRICT, async () => {
  const simulator = simulate();
  const app = receiver();
  try {
    await call(simulator, "POST", "", wish(app.url));
    const since = new Date(simulator.world.now).toISOString();
    await control(simulator, "clock", { advance: "P1D" });
    const response = await control(simulator, "webhooks/announce", { since });
    const deliveries: { event: { object_id: string } }[] = await response.json();
    assert.equal(deliveries.length, 1);
    assert.equal(app.events.length, 1);
    const id = deliveries[0]!.event.object_id;
    const found = await simulator.handler(
      new Request(`${BASE}/v2/usercollection/daily_sleep/${id}`, {
        headers: { authorization: "Bearer sim-wearer-1" },
      }),
    );
    assert.equal((await found.json()).day, "2026-10-16");
  } finally {
    await app.close();
  }
});

Deno.test("failures are tried ten times, and 410 ends the subscription", STRICT, async () => {
  for (const [status, tries, left] of [[500, 10, 1], [410, 1, 0], [302, 1, 1]] as const) {
    const simulator = simulate({}, { webhookRetryMs: 0 });
    const app = receiver(status);
    try {
      await call(simulator, "POST", "", wish(app.url));
      const event = simulator.webhooks.event("wearer-1", "daily_sleep", "create", "some-id");
      const [delivery] = await simulator.webhooks.deliver(event);
      assert.equal(delivery!.statuses.length, tries, `${status}`);
      assert.equal((await (await call(simulator, "GET")).json()).length, left, `${status}`);
    } finally {
      await app.close();
    }
  }
});
