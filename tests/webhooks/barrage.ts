/** Everything that Oura and others throw at a receiver, at full speed. */
import { type SignedCall, signedCall, type WebhookEvent } from "../../simulator/mod.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { eventOf, PUBLIC_URL, SECRET } from "./support.ts";
import { callbackUrl, verificationToken } from "../../lib/oura/webhooks/callback.ts";

/** How many wearers the events are of. */
export const WEARERS = 20;

/** A call of the barrage. */
interface Shot {
  readonly path: string;
  /** The documents of its events, if it is genuine. */
  readonly documents: readonly string[];
  /** Signs it when it is fired: its stamp must be of that time. */
  readonly call: () => Promise<SignedCall>;
  /** What a wrong call is answered with, if the receiver has the time; empty for a genuine one. */
  readonly refused: readonly number[];
}

const stamp = (secondsAgo = 0) => String(Date.now() - secondsAgo * 1000);

/**
 * Calls with `genuine` different events, out of order, a part of them twice and a part in arrays; and
 * beside them forgeries, wrong addresses and old stamps.
 */
export function barrageOf(genuine: number): Shot[] {
  const shots: Shot[] = [];
  const event = (i: number, name = "genuine") =>
    eventOf({
      object_id: `${name}-${i}`,
      user_id: `wearer-${i % WEARERS}`,
      event_time: new Date(1_790_000_000_000 + i).toISOString(),
    });
  const genuineShot = (events: readonly WebhookEvent[], path: string): Shot => ({
    path,
    documents: events.map((each) => each.object_id),
    call: () => signedCall(events.length === 1 ? events[0]! : events, SECRET, stamp()),
    refused: [],
  });
  const wrong = (path: string, refused: readonly number[], call: Shot["call"]) =>
    shots.push({ path, documents: [], call, refused: [...refused, 429] });
  const kind = "/webhook/update/daily_sleep";
  for (let i = 0; i < genuine;) {
    const length = i % 7 === 0 ? Math.min(5, genuine - i) : 1;
    const events = Array.from({ length }, (_, k) => event(i + k));
    for (let copies = i % 5 === 0 ? 2 : 1; copies > 0; copies--) {
      shots.push(genuineShot(events, i % 2 === 0 ? kind : "/webhook"));
    }
    if (i % 4 === 0) wrong(kind, [401], () => signedCall(event(i, "forged"), "guess", stamp()));
    if (i % 9 === 0) wrong(kind, [401], () => signedCall(event(i, "old"), SECRET, stamp(400)));
    if (i % 11 === 0) {
      wrong("/webhook/delete/sleep", [400], () => signedCall(event(i, "lost"), SECRET, stamp()));
    }
    i += length;
  }
  // Out of order, and the same in each run.
  return shots.map((shot, i) => ({ shot, place: (i * 7_919) % shots.length }))
    .toSorted((a, b) => a.place - b.place).map(({ shot }) => shot);
}

/** What came of a barrage. */
export interface BarrageOutcome {
  /** Documents of calls that were answered with 2xx. */
  readonly accepted: ReadonlySet<string>;
  /** Answers that a wrong call should not get. */
  readonly surprises: readonly string[];
}

/** Oura tries again for an hour; here it gives up after so many tries. */
const TRIES = 400;
const LANES = 24;

/**
 * Fires all calls at a receiver; genuine ones again and again until they are accepted.
 * @param onProgress Told how many were fired; what it returns is not waited for.
 */
export async function fire(
  shots: readonly Shot[],
  url: string,
  onProgress: (fired: number) => void = () => {},
): Promise<BarrageOutcome> {
  const accepted = new Set<string>();
  const surprises: string[] = [];
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < shots.length; i = next++) {
      onProgress(i);
      const shot = shots[i]!;
      const isGenuine = shot.refused.length === 0;
      for (let tries = 0; tries < (isGenuine ? TRIES : 1); tries++) {
        if (tries > 0) await sleep(50);
        const status = await answerOf(url, shot, isGenuine ? "198.51.100.1" : "198.51.100.2");
        if (isGenuine && status === 200) {
          for (const document of shot.documents) accepted.add(document);
          break;
        }
        const isOutage = status === 503 || status === null;
        if (!isOutage && !shot.refused.includes(status)) surprises.push(`${shot.path} ${status}`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { accepted, surprises };
}

async function answerOf(url: string, { path, call }: Shot, from: string): Promise<number | null> {
  try {
    const { body, headers } = await call();
    const response = await fetch(url + path, {
      method: "POST",
      body,
      headers: { ...headers, "x-forwarded-for": from },
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

/** The statuses of handshakes: one with the right token, and some with wrong ones. */
export async function shakeHands(url: string): Promise<number[]> {
  const kind = { eventType: "update", dataType: "daily_sleep" };
  const token = await verificationToken(callbackUrl(PUBLIC_URL, kind), SECRET);
  const statuses: number[] = [];
  for (const verification_token of [token, "guess", "", token.toUpperCase()]) {
    const query = new URLSearchParams({ verification_token, challenge: "c" });
    const response = await fetch(`${url}/webhook/update/daily_sleep?${query}`);
    await response.body?.cancel();
    statuses.push(response.status);
  }
  return statuses;
}
