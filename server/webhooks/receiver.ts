/**
 * The receiver of Oura's webhooks. A call is answered once its events and the jobs of their wearers
 * are stored, in one transaction; what the events ask for is done later. Never 410: it would end the
 * subscription for all wearers (oura-api/facts.md §6).
 */
import { type Context, Hono } from "hono";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { type StoredEvents, storeEvents } from "../../lib/db/store/jobs/events.ts";
import { messageOf } from "../../lib/errors.ts";
import type { EventKind } from "../../lib/oura/webhooks/callback.ts";
import { WebhookBodyError, type WebhookEvent } from "../../lib/oura/webhooks/event_body.ts";
import { remoteOf } from "../remote.ts";
import { RemoteLimit } from "../remote_limit.ts";
import { storeWithin } from "./bounded_store.ts";
import { KnownKinds } from "./known_kinds.ts";
import { handshake, type HandshakeOptions } from "./handshake.ts";
import { Gate, RECEIVER_LIMITS, type ReceiverLimits } from "./limits.ts";
import { readCall } from "./signed_events.ts";
import { Tally } from "./tally.ts";

/** What a receiver needs. */
export interface ReceiverOptions extends HandshakeOptions {
  readonly db: Database;
  /** Makes a job for each of these wearers, in the transaction that stores their events. */
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

/**
 * Wearers of one call for whom a job is asked: each takes a statement or two, and a call with thousands
 * would never be stored in time. The workers find the others within seconds.
 */
const MOST_ASKED = 50;

/** Makes the routes under `/webhook`. */
export function receiver(options: ReceiverOptions): Hono {
  const calls = new Calls(options);
  const app = new Hono();
  app.get("/webhook/:event/:type", (c) => calls.answerHandshake(c, kindOf(c)));
  app.get("/webhook", (c) => calls.answerHandshake(c, null));
  app.post("/webhook/:event/:type", (c) => calls.takeEvents(c, kindOf(c)));
  app.post("/webhook", (c) => calls.takeEvents(c, null));
  return app;
}

/** Answers the calls of one receiver. */
class Calls {
  readonly #limits: ReceiverLimits;
  readonly #gate: Gate;
  /** The limit on forged calls; genuine ones do not count. */
  readonly #forgeries: RemoteLimit;
  readonly #kinds: KnownKinds;
  readonly #tally: Tally;
  readonly #now: () => Date;

  constructor(private readonly options: ReceiverOptions) {
    const { now = () => new Date(), tally = new Tally(), moreTypes = [] } = options;
    this.#now = now;
    this.#tally = tally;
    this.#limits = { ...RECEIVER_LIMITS, ...options.limits };
    this.#gate = new Gate(this.#limits.inFlight);
    this.#forgeries = new RemoteLimit(this.#limits.forgeries, this.#limits.forgeriesPerSecond);
    this.#kinds = new KnownKinds(moreTypes);
  }

  /** @param kind The kind of the address; null for the address of subscriptions made by hand. */
  answerHandshake(c: Context, kind: EventKind | null): Promise<Response> {
    return this.#limited(c, async (call) => {
      const answer = await handshake(c, kind, this.options);
      if (typeof answer === "object") return c.json(answer);
      if (answer === "wrong token") call.forged();
      return refuse(c, [answer === "wrong token" ? 401 : 400, answer]);
    });
  }

  /** @param kind The kind of the address; null for the address of subscriptions made by hand. */
  takeEvents(c: Context, kind: EventKind | null): Promise<Response> {
    return this.#limited(c, async (call) => {
      const receivedAt = this.#now();
      try {
        const { clientSecret } = this.options;
        const read = await readCall(c.req.raw, clientSecret, receivedAt, this.#limits);
        if ("events" in read) {
          for (const problem of read.problems) this.#reportUnreadable(problem);
          return await this.#store(c, call, read.events, kind, receivedAt);
        }
        if (read.reason === "stale") this.#reportStale(read.secondsOff);
        else call.forged();
        return refuse(c, [read.status, read.reason]);
      } catch (error) {
        if (!(error instanceof WebhookBodyError)) throw error;
        this.#reportUnreadable(error);
        return refuse(c, [400, "no event"]);
      }
    });
  }

  /** Runs the body of a call unless a limit refuses it before anything is read or computed. */
  async #limited(c: Context, body: (call: Call) => Promise<Response>): Promise<Response> {
    const remote = remoteOf(c);
    const wait = this.#forgeries.waitSeconds(remote, this.#now().getTime());
    const leave = wait > 0 ? null : this.#gate.enter();
    if (leave === null) {
      this.#tally.add("refused");
      return refuse(c, wait > 0 ? [429, "too many bad calls", wait] : [503, "busy", BUSY_SECONDS]);
    }
    const call: Call = {
      settled: Promise.resolve(),
      forged: () => {
        this.#tally.add("forged");
        this.#forgeries.count(remote, this.#now().getTime());
      },
    };
    try {
      return await body(call);
    } finally {
      // What outlives its answer goes on using the database.
      void call.settled.then(leave);
    }
  }

  async #store(
    c: Context,
    call: Call,
    sent: readonly WebhookEvent[],
    kind: EventKind | null,
    receivedAt: Date,
  ): Promise<Response> {
    const events = kind === null ? sent : sent.filter((event) => isOf(event, kind));
    if (events.length < sent.length) {
      this.#tally.add("unreadable", sent.length - events.length);
      this.#tally.warn("kind", "The type of a signed event differs from that of its address.", {});
      if (events.length === 0) return refuse(c, [400, "the address is of another type"]);
    }
    const { db, enqueue } = this.options;
    const received = events.map((event) => this.#kinds.received(event));
    const { answer, settled } = storeWithin(db, this.#limits.storeMs, async (tx) => {
      const stored = await storeEvents(tx, received, receivedAt);
      const asked = stored.wearers.slice(0, MOST_ASKED);
      if (asked.length > 0) await enqueue(tx, asked);
      return stored;
    });
    call.settled = settled;
    try {
      this.#count(events, await answer);
      return c.json({ received: events.length });
    } catch (error) {
      this.#tally.add("unstored");
      this.#tally.warn("unstored", "Events were not stored; Oura sends them again: {reason}", {
        reason: messageOf(error),
      });
      return refuse(c, [503, "not stored", UNSTORED_SECONDS]);
    }
  }

  #count(events: readonly WebhookEvent[], stored: StoredEvents): void {
    this.#tally.add("received", events.length);
    this.#tally.add("duplicate", stored.duplicates);
    this.#tally.add("aside", stored.aside);
    this.#tally.add("ignored", stored.ignored);
    this.#tally.addTypes(events.map((event) => this.#kinds.nameOf(event)));
  }

  #reportUnreadable({ message: reason }: WebhookBodyError): void {
    this.#tally.add("unreadable");
    this.#tally.warn("unreadable", "{reason}", { reason });
  }

  #reportStale(secondsOff: number | null): void {
    this.#tally.add("stale");
    this.#tally.warn("stale", "A signed call is {off} s off this clock. Check the clock.", {
      off: secondsOff === null ? "an unknown number of" : Math.round(secondsOff),
    });
  }
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

function kindOf(c: Context): EventKind {
  return { eventType: c.req.param("event") ?? "", dataType: c.req.param("type") ?? "" };
}

function isOf(event: WebhookEvent, { eventType, dataType }: EventKind): boolean {
  return event.event_type === eventType && event.data_type === dataType;
}
