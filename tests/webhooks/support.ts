/** Calls of Oura and of others, and a receiver that takes them. */
import type { Hono } from "hono";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { type SignedCall, signedCall, type WebhookEvent } from "../../simulator/mod.ts";
import { receiver, type ReceiverOptions } from "../../server/webhooks/receiver.ts";

export const SECRET = "client-secret";
export const PUBLIC_URL = "https://oura.example.org";
export const NOW = new Date("2026-10-15T12:00:00.250Z");
/** Milliseconds, as live calls carry them. */
export const STAMP = String(NOW.getTime());

/** An event about a document of the first wearer. */
export function eventOf(change: Partial<WebhookEvent> = {}): WebhookEvent {
  return {
    event_type: "update",
    data_type: "daily_sleep",
    object_id: "document-1",
    event_time: "2026-10-15T13:59:58.123456+02:00",
    user_id: "wearer-1",
    ...change,
  };
}

/** Lets wearers be signed in, as far as the events are concerned. */
export async function signIn(db: Database, ...userIds: readonly string[]): Promise<void> {
  await db.query(
    `INSERT INTO oura.oauth_tokens (user_id, access_token, key_id, key_version, token_url, client_id)
      SELECT user_id, '\\x00', 'key', 1, 'https://example.org', 'app'
      FROM unnest($1::text[]) AS user_id
      ON CONFLICT (user_id) DO UPDATE SET state = 'active'`,
    [userIds],
  );
}

/** What is stored, one line for each event in the order of their arrival. */
export async function storedEvents(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ line: string }>(
    `SELECT concat_ws(' ', user_id, event_type, data_type, object_id, state) AS line
      FROM oura.webhook_events ORDER BY received_at, user_id, id`,
  );
  return rows.map(({ line }) => line);
}

/** A receiver and the jobs it made. */
export interface Served {
  readonly app: Hono;
  readonly jobs: string[];
  /** Calls it with a body that is signed. */
  send(events: WebhookEvent | readonly WebhookEvent[], how?: Sent): Promise<Response>;
  /** Calls it. */
  post(call: SignedCall, how?: Pick<Sent, "path" | "remote">): Promise<Response>;
  get(path: string, query: Readonly<Record<string, string>>): Promise<Response>;
}

/** How a call is made. */
export interface Sent {
  readonly path?: string;
  readonly stamp?: string;
  readonly secret?: string;
  readonly remote?: string;
}

/** Makes a receiver whose clock stands at {@linkcode NOW}. */
export function serve(db: Database, options: Partial<ReceiverOptions> = {}): Served {
  const jobs: string[] = [];
  const app = receiver({
    db,
    clientSecret: SECRET,
    publicUrl: PUBLIC_URL,
    webhookToken: "token-by-hand",
    enqueue: (_: Transaction, userIds) => {
      jobs.push(...userIds);
      return Promise.resolve();
    },
    now: () => NOW,
    ...options,
  });
  const env = (hostname = "203.0.113.1") => ({ remoteAddr: { hostname } });
  const post: Served["post"] = async (call, { path = "/webhook", remote } = {}) =>
    await app.request(path, { method: "POST", ...call }, env(remote));
  return {
    app,
    jobs,
    post,
    send: async (events, { secret = SECRET, stamp = STAMP, ...how } = {}) =>
      await post(await signedCall(events, secret, stamp), how),
    get: async (path, query) =>
      await app.request(`${path}?${new URLSearchParams(query)}`, {}, env()),
  };
}
