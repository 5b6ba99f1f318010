/** Reads a call: its body within bounds, its signature, then its stamp, and only then its events. */
import { readBody } from "../../lib/oura/http/body.ts";
import { type EventBody, readEvents } from "../../lib/oura/webhooks/event_body.ts";
import { isSigned } from "../../lib/oura/webhooks/webhook_signature.ts";
import type { ReceiverLimits } from "./limits.ts";
import { secondsOff } from "./stamp.ts";

/** What a call holds, or why it is refused. */
export type ReadCall =
  | EventBody
  | { readonly status: 401 | 408 | 413; readonly reason: "not signed" | "too slow" | "too large" }
  | { readonly status: 401; readonly reason: "stale"; readonly secondsOff: number | null };

/**
 * @param now When the call arrived.
 * @throws {WebhookBodyError} When the signature is good but nothing in the body is an event.
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
  const body = await readWithin(request, bodyBytes, bodyMs);
  if (body === null) return { status: 413, reason: "too large" };
  if (body === "late" || body === "lost") return { status: 408, reason: "too slow" };
  if (!await isSigned({ body, timestamp, signature }, secret)) {
    return { status: 401, reason: "not signed" };
  }
  const off = secondsOff(timestamp, now);
  if (off === null || off > toleranceSeconds) {
    return { status: 401, reason: "stale", secondsOff: off };
  }
  return readEvents(body);
}

/** The body, unless it is too large (null), cut off or too slow: what comes later is not read. */
async function readWithin(
  { body }: Request,
  most: number,
  ms: number,
): Promise<Uint8Array<ArrayBuffer> | "late" | "lost" | null> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  try {
    const read = body?.pipeThrough(new TransformStream(), { signal: late.signal }) ?? null;
    return await readBody({ body: read }, most);
  } catch {
    return late.signal.aborted ? "late" : "lost";
  } finally {
    clearTimeout(timer);
  }
}
