/**
 * The events that Oura's webhooks deliver. An event is stored once, whatever Oura repeats, and stays
 * pending until a job of its wearer settles it. A new event is due at once, whatever the time is on the
 * machine that takes it.
 */
import { createHash } from "node:crypto";
import SETTLE from "../../../../sql/queries/settle_events.sql" with { type: "text" };
import STORE from "../../../../sql/queries/store_events.sql" with { type: "text" };
import TAKE from "../../../../sql/queries/take_events.sql" with { type: "text" };
import type { ErrorCode } from "../../../error_codes/codes.ts";
import type { Queryable } from "../../driver/database.ts";

/** An event with a good signature. */
export interface ReceivedEvent {
  readonly userId: string;
  readonly dataType: string;
  /** The document. */
  readonly objectId: string;
  /** `create`, `update` or `delete`. */
  readonly eventType: string;
  /** As sent: an instant in ISO 8601. */
  readonly eventTime: string;
  /** As sent. */
  readonly payload: object;
  /** Whether the program knows what to do with it; the others are kept as `ignored`. */
  readonly isKnown: boolean;
}

/** What {@linkcode storeEvents} stored. */
export interface StoredEvents {
  /** Wearers who got something to do: each needs a job. */
  readonly wearers: readonly string[];
  readonly pending: number;
  /** Kept until their wearer signs in. */
  readonly aside: number;
  readonly ignored: number;
  /** Stored before. */
  readonly duplicates: number;
}

/**
 * Stores events that are not there yet. Two are the same when wearer, data type, document, event type
 * and instant are. Safe to repeat, and free of deadlocks: rows are inserted in the order of their keys.
 * @param receivedAt When the call arrived.
 */
export async function storeEvents(
  tx: Queryable,
  events: readonly ReceivedEvent[],
  receivedAt: Date,
): Promise<StoredEvents> {
  if (events.length === 0) return countStates([], 0);
  const signedIn = await signedInOf(tx, [...new Set(events.map(({ userId }) => userId))]);
  const rows = events.map((event) => ({
    user_id: event.userId,
    dedupe_key: dedupeKey(event),
    event_type: event.eventType,
    data_type: event.dataType,
    object_id: event.objectId,
    event_time: instantOf(event.eventTime),
    payload: event.payload,
    state: event.isKnown ? signedIn.has(event.userId) ? "pending" : "aside" : "ignored",
  }));
  const stored = await tx.query<{ user_id: string; state: string }>(STORE, [
    JSON.stringify(rows),
    receivedAt,
  ]);
  return countStates(stored.rows, events.length);
}

async function signedInOf(tx: Queryable, userIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ user_id: string }>(
    "SELECT user_id FROM oura.oauth_tokens WHERE state = 'active' AND user_id = ANY ($1::text[])",
    [userIds],
  );
  return new Set(rows.map((row) => row.user_id));
}

function countStates(
  rows: readonly { user_id: string; state: string }[],
  received: number,
): StoredEvents {
  const count = (state: string) => rows.filter((row) => row.state === state).length;
  const pending = rows.filter(({ state }) => state === "pending");
  return {
    wearers: [...new Set(pending.map((row) => row.user_id))],
    pending: pending.length,
    aside: count("aside"),
    ignored: count("ignored"),
    duplicates: received - rows.length,
  };
}

/** What makes an event the same, in 64 characters: an index holds no long texts. */
function dedupeKey({ dataType, objectId, eventType, eventTime }: ReceivedEvent): string {
  const parts = [dataType, objectId, eventType, instantOf(eventTime) ?? eventTime];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** The instant to the last digit, in UTC; null for a text that is none a database could hold. */
function instantOf(text: string): string | null {
  try {
    const instant = Temporal.Instant.from(text).toString();
    return /^(?:19|20|21)\d\d-/.test(instant) ? instant : null;
  } catch {
    return null;
  }
}

/** All pending events about one document: one unit of work. */
export interface DocumentEvents {
  readonly dataType: string;
  readonly objectId: string;
  /** What the latest event asks for. A delete that was followed by anything else is a fetch. */
  readonly action: "fetch" | "delete";
  /** The events, for {@linkcode settleEvents}. */
  readonly ids: readonly number[];
  /** How often the events were tried: the most of any of them. */
  readonly attempts: number;
  /** When the first of them arrived. */
  readonly receivedAt: Date;
}

/**
 * The pending events of a wearer that are due, by document; the document that waits longest first.
 * They stay pending: two callers at once would get the same ones, so the caller must be the wearer's
 * only job.
 * @param most Documents at most.
 */
export async function takeEvents(
  db: Queryable,
  userId: string,
  now: Date,
  most: number,
): Promise<DocumentEvents[]> {
  const { rows } = await db.query<TakenRow>(TAKE, [userId, now, most]);
  const documents = Map.groupBy(rows, (row) => JSON.stringify([row.data_type, row.object_id]));
  return [...documents.values()].map((events) => {
    const last = events.at(-1)!;
    return {
      dataType: last.data_type,
      objectId: last.object_id,
      action: last.event_type === "delete" && !last.outdated ? "delete" : "fetch",
      ids: events.map(({ id }) => id),
      attempts: Math.max(...events.map(({ attempts }) => attempts)),
      receivedAt: new Date(Math.min(...events.map((event) => event.received_at.getTime()))),
    };
  });
}

interface TakenRow extends Record<string, unknown> {
  id: number;
  data_type: string;
  object_id: string;
  event_type: string;
  attempts: number;
  received_at: Date;
  outdated: boolean;
}

/** What became of events. Errors are codes, never texts. */
export type EventOutcome =
  | { readonly state: "done" }
  /** Nothing to do for this program, such as a type that `oura.yaml` does not declare. */
  | { readonly state: "ignored"; readonly error?: ErrorCode }
  /** Given up; see `retryFailedEvents()`. */
  | { readonly state: "failed"; readonly error: ErrorCode }
  /** To be taken again at an instant; counted as a try if the document could be the cause. */
  | {
    readonly state: "retry";
    readonly at: Date;
    readonly error: ErrorCode;
    readonly isTry: boolean;
  };

/**
 * Records what became of events of a wearer, in the transaction of their effect or after it. Events
 * that are settled already stay as they are.
 * @param now When it became so.
 */
export async function settleEvents(
  tx: Queryable,
  userId: string,
  ids: readonly number[],
  outcome: EventOutcome,
  now: Date,
): Promise<void> {
  await tx.query(SETTLE, [
    userId,
    ids,
    outcome.state === "retry" ? "pending" : outcome.state,
    "error" in outcome ? outcome.error ?? null : null,
    now,
    outcome.state === "retry" ? outcome.at : null,
    outcome.state === "retry" && !outcome.isTry ? 0 : 1,
  ]);
}
