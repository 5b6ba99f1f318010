/**
 * The receiver of Oura's webhooks. A call is answered once its events and the jobs of their wearers
 * are stored, in one transaction; what the events ask for is done later. Never 410: it would end the
 * subscription for all wearers (oura-api/facts.md §6).
 */
import { type Context, Hono } from "hono";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { messageOf } from "../../lib/errors.ts";
import type { SubscribedPair } from "../../lib/oura/webhooks/callback.ts";
import { WebhookBodyError, type WebhookEvent } from "../../lib/oura/webhooks/event_body.ts";
import { storeEvents } from "../../lib/db/store/events.ts";
import { storeWithin } from "./bounded_store.ts";
import { KnownKinds } from "./known_kinds.ts";
import { handshake, type HandshakeOptions } from "./handshake.ts";
import { ForgeryLimit, Gate, RECEIVER_LIMITS, type ReceiverLimits } from "./limits.ts";
import { remoteOf } from "./remote.ts";
import { readCall } from "./signed_events.ts";
import { Tally } from "./tally.ts";

/** What a receiver needs. */
export interface ReceiverOptions extends HandshakeOptions {
  readonly db: Database;
  /** Makes a job for each wearer, in the transaction that stores their events. */
  readonly enqueue: (tx: Transaction, userIds: readonly string[]) => Promise<void>;
  /** Data types that the configuration adds to those of the catalog. */
  readonly moreTypes?: readonly string[];
  /** @default The clock */
  readonly now?: () => Date;
  readonly limits?: Partial<ReceiverLimits>;
  /** Counts what happens. @default One of its own */
  readonly tally?: Tally;
}

/** Why a call is refused, as the answer says it. */
type Refusal = readonly [
  status: 400 | 401 | 408 | 413 | 429 | 503,
  reason: string,
  retryAfterSeconds?: number,
];

const BUSY_SECONDS = 5;
/** For an outage: Oura tries again over about an hour. */
const UNSTORED_SECONDS = 30;

/** Makes the routes under `/webhook`. */
export function receiver(options: ReceiverOptions): Hono {
  const { now = () => new Date(), tally = new Tally() } = options;
  const limits = { ...RECEIVER_LIMITS, ...options.limits };
  const gate = new Gate(limits.inFlight);
  const forgeries = new ForgeryLimit(limits.forgeries, limits.forgeriesPerSecond);
  const kinds = new KnownKinds(options.moreTypes ?? []);
  const app = new Hono();

  /** Runs the body of a call unless a limit refuses it before anything is read or computed. */
  async function limited(c: Context, body: (call: Call) => Promise<Response>): Promise<Response> {
    const remote = remoteOf(c);
    const wait = forgeries.waitSeconds(remote, now().getTime());
    const leave = wait > 0 ? null : gate.enter();
    if (leave === null) {
      tally.add("refused");
      return refuse(c, wait > 0 ? [429, "too many bad calls", wait] : [503, "busy", BUSY_SECONDS]);
    }
    const call: Call = {
      settled: Promise.resolve(),
      forged: () => {
        tally.add("forged");
        forgeries.count(remote, now().getTime());
      },
    };
    try {
      return await body(call);
    } finally {
      // What outlives its answer goes on using the database.
      void call.settled.then(leave);
    }
  }

  async function answerHandshake(c: Context, pair: SubscribedPair | null): Promise<Response> {
    return await limited(c, async (call) => {
      const answer = await handshake(c, pair, options);
      if (typeof answer === "object") return c.json(answer);
      if (answer === "wrong token") call.forged();
      return refuse(c, [answer === "wrong token" ? 401 : 400, answer]);
    });
  }

  async function takeEvents(c: Context, pair: SubscribedPair | null): Promise<Response> {
    return await limited(c, async (call) => {
      const receivedAt = now();
      try {
        const read = await readCall(c.req.raw, options.clientSecret, receivedAt, limits);
        if ("events" in read) return await store(c, call, read.events, pair, receivedAt);
        if (read.reason === "stale") {
          tally.add("stale");
          tally.warn("stale", "A signed call is {off} s off this clock. Check the clock.", {
            off: read.secondsOff === null ? "an unknown number of" : Math.round(read.secondsOff),
          });
        } else call.forged();
        return refuse(c, [read.status, read.reason]);
      } catch (error) {
        if (!(error instanceof WebhookBodyError)) throw error;
        tally.add("unreadable");
        tally.warn("unreadable", "{reason}", { reason: error.message });
        return refuse(c, [400, "no event"]);
      }
    });
  }

  async function store(
    c: Context,
    call: Call,
    events: readonly WebhookEvent[],
    pair: SubscribedPair | null,
    receivedAt: Date,
  ): Promise<Response> {
    if (pair !== null && !events.every((event) => isOf(event, pair))) {
      tally.add("unreadable");
      tally.warn("pair", "A signed event is of another type than its address says.", {});
      return refuse(c, [400, "the address is of another type"]);
    }
    const received = events.map((event) => kinds.received(event));
    const { answer, settled } = storeWithin(options.db, limits.storeMs, async (tx) => {
      const stored = await storeEvents(tx, received, receivedAt);
      if (stored.wearers.length > 0) await options.enqueue(tx, stored.wearers);
      return stored;
    });
    call.settled = settled;
    try {
      const stored = await answer;
      tally.add("received", events.length);
      tally.add("duplicate", stored.duplicates);
      tally.add("aside", stored.aside);
      tally.add("ignored", stored.ignored);
      tally.addTypes(events.map((event) => kinds.nameOf(event)));
      return c.json({ received: events.length });
    } catch (error) {
      tally.add("unstored");
      tally.warn("unstored", "Events were not stored; Oura sends them again: {reason}", {
        reason: messageOf(error),
      });
      return refuse(c, [503, "not stored", UNSTORED_SECONDS]);
    }
  }

  app.get("/webhook/:event/:type", (c) => answerHandshake(c, pairOf(c)));
  app.get("/webhook", (c) => answerHandshake(c, null));
  app.post("/webhook/:event/:type", (c) => takeEvents(c, pairOf(c)));
  app.post("/webhook", (c) => takeEvents(c, null));
  return app;
}

/** A call that passed the limits. */
interface Call {
  /** Resolves when nothing of it is under way any more. */
  settled: Promise<void>;
  /** Counts it as forged. */
  forged(): void;
}

function refuse(c: Context, [status, reason, retryAfter]: Refusal): Response {
  const headers = retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
  return c.json({ refused: reason }, status, headers);
}

function pairOf(c: Context): SubscribedPair {
  return { eventType: c.req.param("event") ?? "", dataType: c.req.param("type") ?? "" };
}

function isOf(event: WebhookEvent, { eventType, dataType }: SubscribedPair): boolean {
  return event.event_type === eventType && event.data_type === dataType;
}
