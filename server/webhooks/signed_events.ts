/** Reads a call: its body within bounds, its signature, then its stamp, and only then its events. */
import { readBody } from "../../lib/oura/http/body.ts";
import { parseEvents, type WebhookEvent } from "../../lib/oura/webhooks/event_body.ts";
import { isSigned } from "../../lib/oura/webhooks/webhook_signature.ts";
import type { ReceiverLimits } from "./limits.ts";
import { secondsOff } from "./stamp.ts";

/** What a call holds, or why it is refused. */
export type ReadCall =
  | { readonly events: readonly WebhookEvent[] }
  | { readonly status: 401 | 408 | 413; readonly reason: "not signed" | "too slow" | "too large" }
  | { readonly status: 401; readonly reason: "stale"; readonly secondsOff: number | null };

/**
 * @param now When the call arrived.
 * @throws {WebhookBodyError} When the signature is good but the body is no event.
 */
export async function readCall(
  request: Request,
  secret: string,
  now: Date,
  { bodyBytes, bodyMs, toleranceSeconds }: ReceiverLimits,
): Promise<ReadCall> {
  const signature = request.headers.get("x-oura-signature");
  const timestamp = request.headers.get("x-oura-timestamp");
  if (signature === null || timestamp === null) return { status: 401, reason: "not signed" };
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > bodyBytes) return { status: 413, reason: "too large" };
  const body = await within(bodyMs, readBody(request, bodyBytes).catch(() => "lost" as const));
  if (body === null) return { status: 413, reason: "too large" };
  if (body === "late" || body === "lost") return { status: 408, reason: "too slow" };
  if (!await isSigned({ body, timestamp, signature }, secret)) {
    return { status: 401, reason: "not signed" };
  }
  const off = secondsOff(timestamp, now);
  if (off === null || off > toleranceSeconds) {
    return { status: 401, reason: "stale", secondsOff: off };
  }
  return { events: parseEvents(body) };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | "late"> {
  const { promise, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
