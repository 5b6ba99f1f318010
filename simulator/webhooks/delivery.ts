/** Calls to the callback: the handshake, and events with their signature. */
import type { SubscriptionRequest } from "./subscriptions.ts";

const PATIENCE = 10_000;

/** An event as its subscriber gets it. */
export interface WebhookEvent {
  readonly event_type: string;
  readonly data_type: string;
  readonly object_id: string;
  readonly event_time: string;
  readonly user_id: string;
}

/**
 * Asks the callback to repeat a challenge. Every failure to answer with 200 and the challenge, within
 * ten seconds, is a no.
 */
export async function verifyCallback(
  wish: SubscriptionRequest,
  stopping: AbortSignal,
): Promise<boolean> {
  const challenge = crypto.randomUUID();
  const url = new URL(wish.callbackUrl);
  url.searchParams.set("verification_token", wish.verificationToken);
  url.searchParams.set("challenge", challenge);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(PATIENCE), stopping]),
    });
    const body = await response.text();
    return response.status === 200 && JSON.parse(body)?.challenge === challenge;
  } catch {
    return false;
  }
}

/** A call as Oura makes it. */
export interface SignedCall {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Signs an event, or several in one body.
 * @param timestamp The text of `x-oura-timestamp`.
 */
export async function signedCall(
  events: WebhookEvent | readonly WebhookEvent[],
  clientSecret: string,
  timestamp: string,
): Promise<SignedCall> {
  const body = JSON.stringify(events);
  return {
    body,
    headers: {
      "content-type": "application/json",
      "x-oura-signature": await sign(clientSecret, timestamp + body),
      "x-oura-timestamp": timestamp,
    },
  };
}

/**
 * Posts a call once.
 * @returns The status of the answer; null when there was none in time.
 */
export async function post(
  callbackUrl: string,
  call: SignedCall,
  stopping: AbortSignal,
): Promise<number | null> {
  try {
    const response = await fetch(callbackUrl, {
      method: "POST",
      redirect: "manual",
      ...call,
      signal: AbortSignal.any([AbortSignal.timeout(PATIENCE), stopping]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

/** HMAC-SHA256 in upper-case hex, over the timestamp followed by the raw body. */
export async function sign(secret: string, message: string): Promise<string> {
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey(
    "raw",
    bytes.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signature = await crypto.subtle.sign("HMAC", key, bytes.encode(message));
  return new Uint8Array(signature).toHex().toUpperCase();
}
