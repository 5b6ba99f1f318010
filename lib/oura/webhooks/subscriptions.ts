/**
 * The webhook subscriptions of an app. They belong to the app, not to a wearer: the client id and
 * secret open these routes, and there is one for each kind of event.
 * Source: OpenAPI 1.41, "Webhook Subscription Routes"; oura-api/facts.md §6.
 */
import { z } from "zod";
import { BadAnswerError } from "../errors.ts";
import { verificationToken } from "./callback.ts";
import type { Subscription, WantedSubscription } from "./subscription.ts";
import { type SubscriptionCallOptions, SubscriptionCalls } from "./subscription_calls.ts";

const ROUTE = "/v2/webhook/subscription";

const ZONE = /(z|[+-]\d{2}:?\d{2})$/i;

/** Oura writes the expiry without a zone, and means UTC. */
const instant = z.string().transform((text, context) => {
  const date = new Date(ZONE.test(text) ? text : `${text}Z`);
  if (!Number.isNaN(date.getTime())) return date;
  context.addIssue({ code: "custom", message: "no instant" });
  return z.NEVER;
});

const subscription = z.looseObject({
  id: z.string().min(1),
  callback_url: z.string(),
  event_type: z.string(),
  data_type: z.string(),
  expiration_time: instant,
}).transform((answer): Subscription => ({
  id: answer.id,
  eventType: answer.event_type,
  dataType: answer.data_type,
  callbackUrl: answer.callback_url,
  expiresAt: answer.expiration_time,
}));

/**
 * Reads and changes them. Every method throws
 * - {@linkcode AppRefusedError} when Oura does not accept client id and secret,
 * - {@linkcode SubscriptionNotFoundError} for an unknown id,
 * - {@linkcode OuraUnavailableError} when retries are used up, or the answer cannot be read.
 */
export class SubscriptionClient {
  readonly #calls: SubscriptionCalls;
  readonly #secret: string;

  constructor(options: SubscriptionCallOptions) {
    this.#calls = new SubscriptionCalls(options);
    this.#secret = options.clientSecret;
  }

  /** All subscriptions of the app, including those that other programs made. */
  async list(): Promise<Subscription[]> {
    return parse(ROUTE, z.array(subscription), await this.#calls.ask("GET", ROUTE));
  }

  /**
   * Makes one. Oura calls the address before it answers.
   * @throws {HandshakeRefusedError} When the address does not repeat the challenge.
   * @throws {SubscriptionTakenError} When the app has one for this kind already.
   */
  async create(wanted: WantedSubscription): Promise<Subscription> {
    const body = await this.#bodyOf(wanted);
    return parse(ROUTE, subscription, await this.#calls.ask("POST", ROUTE, { wanted, body }));
  }

  /** Changes the address of one; throws as {@linkcode create} does. Its expiry stays. */
  async update(id: string, wanted: WantedSubscription): Promise<Subscription> {
    const body = await this.#bodyOf(wanted);
    const path = `${ROUTE}/${encodeURIComponent(id)}`;
    return parse(path, subscription, await this.#calls.ask("PUT", path, { id, wanted, body }));
  }

  /** Lets one live for 90 more days. */
  async renew(id: string): Promise<Subscription> {
    const path = `${ROUTE}/renew/${encodeURIComponent(id)}`;
    return parse(path, subscription, await this.#calls.ask("PUT", path, { id }));
  }

  /** Ends one. */
  async delete(id: string): Promise<void> {
    await this.#calls.ask("DELETE", `${ROUTE}/${encodeURIComponent(id)}`, { id });
  }

  /** All four fields, as Oura's partner code sends them on every change. */
  async #bodyOf({ callbackUrl, eventType, dataType }: WantedSubscription) {
    return {
      callback_url: callbackUrl,
      verification_token: await verificationToken(callbackUrl, this.#secret),
      event_type: eventType,
      data_type: dataType,
    };
  }
}

function parse<S extends z.ZodType>(path: string, schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]!.path.join(".");
  throw new BadAnswerError(path, `no valid ${field === "" ? "subscription" : field}`);
}
