/**
 * Whether the public address leads to this program's receiver, asked from here as Oura asks. A
 * network may not lead back to its own public address, so the lack of an answer here proves nothing.
 */
import { messageOf } from "../../lib/errors.ts";
import type { ErrorCode } from "../../lib/error_codes/codes.ts";
import { readBody } from "../../lib/oura/http/body.ts";
import { verificationToken } from "../../lib/oura/webhooks/callback.ts";
import type { WantedSubscription } from "../../lib/oura/webhooks/subscription.ts";

/** What a probe came to. */
export interface ProbeResult {
  readonly eventType: string;
  readonly dataType: string;
  /** `unreachable`: no answer here; Oura may have one. */
  readonly outcome: "ok" | "unreachable" | "wrong";
  readonly code: ErrorCode | null;
  /** What is wrong, without a secret; null when nothing is. */
  readonly message: string | null;
}

/** How probes are made. */
export interface ProbeOptions {
  readonly clientSecret: string;
  readonly signal?: AbortSignal | undefined;
  /** Oura waits for 10 s. @default 10_000 */
  readonly timeoutMs?: number;
}

const LARGEST_BODY = 65_536;

/** The handshake, as Oura makes it when a subscription is made. */
export async function probeHandshake(
  wanted: WantedSubscription,
  options: ProbeOptions,
): Promise<ProbeResult> {
  const challenge = crypto.randomUUID();
  const token = await verificationToken(wanted.callbackUrl, options.clientSecret);
  const url = new URL(wanted.callbackUrl);
  url.searchParams.set("verification_token", token);
  url.searchParams.set("challenge", challenge);
  return await probe(wanted, options, {
    url,
    init: {},
    code: "WEBHOOK_CALLBACK_WRONG",
    problemOf({ status }, body) {
      if (status === 401) {
        return "it answers 401: it derives another token, because its webhooks.url or its " +
          "OURA_CLIENT_SECRET differs from yours";
      }
      if (status !== 200) return `it answers ${status} instead of 200`;
      return challengeOf(body) === challenge ? null : "it does not repeat the challenge";
    },
  });
}

/** An event with a signature that no secret has made: a receiver must answer 401 and store nothing. */
export async function probeSignature(
  wanted: WantedSubscription,
  options: ProbeOptions,
): Promise<ProbeResult> {
  const body = JSON.stringify({
    event_type: wanted.eventType,
    data_type: wanted.dataType,
    object_id: "oura-sync-probe",
    event_time: new Date().toISOString(),
    user_id: "oura-sync-probe",
  });
  const init = {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-oura-timestamp": String(Date.now()),
      // Random: no secret has made it.
      "x-oura-signature": crypto.getRandomValues(new Uint8Array(32)).toHex().toUpperCase(),
    },
  };
  return await probe(wanted, options, {
    url: new URL(wanted.callbackUrl),
    init,
    code: "WEBHOOK_SIGNATURE_UNCHECKED",
    problemOf: ({ status }) =>
      status === 401
        ? null
        : `it answers ${status} to an event with a wrong signature; 401 is right`,
  });
}

/** A request, and how its answer is judged. */
interface Question {
  readonly url: URL;
  readonly init: RequestInit;
  /** Of a wrong answer. */
  readonly code: ErrorCode;
  /** What is wrong with an answer; null: nothing. */
  readonly problemOf: (answer: Response, body: string) => string | null;
}

async function probe(
  { eventType, dataType, callbackUrl }: WantedSubscription,
  { signal, timeoutMs = 10_000 }: ProbeOptions,
  { url, init, code, problemOf }: Question,
): Promise<ProbeResult> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const bytes = await readBody(response, LARGEST_BODY) ?? new Uint8Array();
    const problem = problemOf(response, new TextDecoder().decode(bytes));
    return problem === null
      ? { eventType, dataType, outcome: "ok", code: null, message: null }
      : { eventType, dataType, outcome: "wrong", code, message: `${callbackUrl}: ${problem}` };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    // A message of fetch that names the URL would name the token with it.
    const reason = timeout.aborted
      ? `no answer within ${timeoutMs / 1000} s`
      : messageOf(error).replaceAll(/\?\S*/g, "");
    return {
      eventType,
      dataType,
      outcome: "unreachable",
      code: "WEBHOOK_CALLBACK_UNREACHABLE",
      message: `${callbackUrl} cannot be reached from here: ${reason}`,
    };
  }
}

function challengeOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { challenge?: unknown } | null)?.challenge;
  } catch {
    return undefined;
  }
}
