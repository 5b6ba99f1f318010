/**
 * Whether a webhook call comes from Oura. The signature is HMAC-SHA256, keyed with the application's
 * client secret, over `x-oura-timestamp` followed by the body, in hexadecimal. The samples of OpenAPI
 * 1.41 sign re-serialized JSON; what production signs are the bytes it sends, so these are verified.
 */
import { readBody } from "../http/body.ts";
import { readEvents, WebhookBodyError, type WebhookEvent } from "./event_body.ts";

/** Real events have about 200 bytes. */
const LARGEST_BODY = 65_536;

/**
 * Reads an event that Oura posted.
 * @param request The call, with its body unread.
 * @param secret The client secret of the application.
 * @returns The event; null when the call was not signed with the secret: answer 401 and do nothing.
 * @throws {WebhookBodyError} When the signature is good but the body is not one event, bare or as an
 * array of one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { verifyWebhook } from "@oura-sync/oura-sync";
 *
 * const handler = async (request: Request) => {
 *   const event = await verifyWebhook(request, "client-secret");
 *   if (event === null) return new Response(null, { status: 401 });
 *   // Answer within 10 s; fetch event.object_id afterwards.
 *   return new Response(null, { status: 202 });
 * };
 * const forged = new Request("https://example.org/hook", { method: "POST", body: "{}" });
 * assert.equal((await handler(forged)).status, 401);
 * ```
 */
export async function verifyWebhook(
  request: Request,
  secret: string,
): Promise<WebhookEvent | null> {
  const signature = request.headers.get("x-oura-signature");
  const timestamp = request.headers.get("x-oura-timestamp");
  if (signature === null || timestamp === null) return null;
  // A sender without the secret must not be able to fill the memory.
  const body = await readBody(request, LARGEST_BODY);
  if (body === null || !await isSigned({ body, timestamp, signature }, secret)) return null;
  const { events: [event, ...others], problems: [problem] } = readEvents(body);
  if (problem) throw problem;
  if (event !== undefined && others.length === 0) return event;
  throw new WebhookBodyError(`it holds ${others.length === 0 ? "no event" : "several events"}`);
}

/** The parts of a call that its signature speaks of. */
export interface SignedCall {
  /** The bytes of the body, as received. */
  body: Uint8Array<ArrayBuffer>;
  /** The header `x-oura-timestamp`. */
  timestamp: string;
  /** The header `x-oura-signature`: hexadecimal in either case. */
  signature: string;
}

/** Whether the call was signed with the secret; takes the same time however wrong it is. */
export async function isSigned(call: SignedCall, secret: string): Promise<boolean> {
  if (secret === "" || !/^[0-9a-f]{64}$/i.test(call.signature)) return false;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]);
  const stamp = new TextEncoder().encode(call.timestamp);
  const message = new Uint8Array(stamp.length + call.body.length);
  message.set(stamp);
  message.set(call.body, stamp.length);
  return await crypto.subtle.verify(algorithm, key, Uint8Array.fromHex(call.signature), message);
}
