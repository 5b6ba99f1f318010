/** Webhook calls: those of the simulator's own signing, and every kind of forgery. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { verifyWebhook, WebhookBodyError } from "../../mod.ts";

const options = { sanitizeOps: true, sanitizeResources: true };
const SECRET = "client-secret";
const STAMP = "2026-10-15T12:00:00Z";
const EVENT = {
  event_type: "update",
  data_type: "daily_sleep",
  object_id: "a1",
  event_time: "2026-10-15T11:59:58.123+02:00",
  user_id: "wearer-1",
};

function signatureOf(body: string, { secret = SECRET, stamp = STAMP } = {}): string {
  return createHmac("sha256", secret).update(stamp + body).digest("hex");
}

function call(body: string, headers: Record<string, string>): Request {
  return new Request("https://example.org/webhook", { method: "POST", body, headers });
}

function signed(body: string, signature = signatureOf(body), stamp = STAMP): Request {
  return call(body, { "x-oura-signature": signature, "x-oura-timestamp": stamp });
}

Deno.test(
  "a signed event is read, in either case of the digits and with fields of later",
  options,
  async () => {
    const body = JSON.stringify(EVENT);
    assert.deepEqual(await verifyWebhook(signed(body), SECRET), EVENT);
    const upper = signatureOf(body).toUpperCase();
    assert.deepEqual(await verifyWebhook(signed(body, upper), SECRET), EVENT);
    const later = { ...EVENT, revision: 7 };
    assert.deepEqual(await verifyWebhook(signed(JSON.stringify(later)), SECRET), later);
  },
);

Deno.test("the bytes count, not the JSON they stand for", options, async () => {
  const spaced = JSON.stringify({ ...EVENT, object_id: "Ā1" }, null, 1);
  assert.ok(await verifyWebhook(signed(spaced), SECRET));
  const compact = signatureOf(JSON.stringify(JSON.parse(spaced)));
  assert.equal(await verifyWebhook(signed(spaced, compact), SECRET), null);
});

Deno.test("forgeries are not read", options, async () => {
  const body = JSON.stringify(EVENT);
  const good = signatureOf(body);
  const other = JSON.stringify({ ...EVENT, user_id: "somebody else" });
  const forgeries = [
    call(body, {}),
    call(body, { "x-oura-signature": good }),
    call(body, { "x-oura-timestamp": STAMP }),
    signed(body, ""),
    signed(body, good.slice(2)),
    signed(body, `${good}00`),
    signed(body, "zz".repeat(32)),
    signed(body, signatureOf(body, { secret: "guess" })),
    signed(body, good, "2026-10-15T12:00:01Z"),
    signed(other, good),
    signed("", good),
  ];
  for (const [i, forgery] of forgeries.entries()) {
    assert.equal(await verifyWebhook(forgery, SECRET), null, `forgery ${i}`);
  }
  const unset = signed(body, signatureOf(body, { secret: "" }));
  assert.equal(await verifyWebhook(unset, ""), null);
});

Deno.test("a body larger than any event is not read to its end", options, async () => {
  const body = JSON.stringify({ ...EVENT, object_id: "x".repeat(70_000) });
  assert.equal(await verifyWebhook(signed(body), SECRET), null);
});

Deno.test("an array of one event is that event; any other is an error", options, async () => {
  assert.deepEqual(await verifyWebhook(signed(JSON.stringify([EVENT])), SECRET), EVENT);
  for (const events of [[], [EVENT, EVENT]]) {
    await assert.rejects(verifyWebhook(signed(JSON.stringify(events)), SECRET), WebhookBodyError);
  }
});

Deno.test("a signed body that is no event is an error", options, async () => {
  for (const body of ["", "no JSON", "7", "{}", JSON.stringify({ ...EVENT, user_id: 7 })]) {
    await assert.rejects(verifyWebhook(signed(body), SECRET), WebhookBodyError, body);
  }
});
