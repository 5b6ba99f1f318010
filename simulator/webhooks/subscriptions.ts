/** Webhook subscriptions: they belong to an app, one for each kind of event. */
import { isOneOf } from "../text.ts";

/** The `data_type`s of OpenAPI 1.41: no heart rate, no battery, no personal info. */
export const EVENT_DATA_TYPES = [
  "tag",
  "enhanced_tag",
  "workout",
  "session",
  "sleep",
  "daily_sleep",
  "daily_readiness",
  "daily_activity",
  "daily_spo2",
  "sleep_time",
  "rest_mode_period",
  "ring_configuration",
  "daily_stress",
  "daily_cardiovascular_age",
  "daily_resilience",
  "vo2_max",
  "meal",
] as const;

/** The `event_type`s. */
export const EVENT_TYPES = ["create", "update", "delete"] as const;

/** One of {@linkcode EVENT_DATA_TYPES}. */
export type EventDataType = typeof EVENT_DATA_TYPES[number];
/** One of {@linkcode EVENT_TYPES}. */
export type EventType = typeof EVENT_TYPES[number];

/** What an app asks for. */
export interface SubscriptionRequest {
  readonly callbackUrl: string;
  readonly verificationToken: string;
  readonly eventType: EventType;
  readonly dataType: EventDataType;
}

/** A subscription in force. */
export interface Subscription extends SubscriptionRequest {
  readonly id: string;
  readonly clientId: string;
  readonly expiresAt: number;
}

const LIFETIME = 90 * 86_400_000;

/** All apps' subscriptions. */
export class Subscriptions {
  readonly #all = new Map<string, Subscription>();

  /** @param clock Milliseconds of the real clock. */
  constructor(readonly clock: () => number) {}

  /** Those of an app. */
  of(clientId: string): Subscription[] {
    return [...this.#all.values()].filter((one) => one.clientId === clientId);
  }

  /** The live ones that want to know of an event. */
  wanting(dataType: string, eventType: string): Subscription[] {
    return [...this.#all.values()].filter((one) =>
      one.dataType === dataType && one.eventType === eventType && one.expiresAt > this.clock()
    );
  }

  /** An app's subscription of an id. */
  find(clientId: string, id: string): Subscription | undefined {
    const found = this.#all.get(id);
    return found?.clientId === clientId ? found : undefined;
  }

  /** Whether an app has another subscription for the same kind of event. */
  isTaken(clientId: string, wish: SubscriptionRequest, exceptId?: string): boolean {
    return this.of(clientId).some((one) =>
      one.id !== exceptId && one.dataType === wish.dataType && one.eventType === wish.eventType
    );
  }

  /** Makes one for ninety days, or replaces the one with this id. */
  put(clientId: string, wish: SubscriptionRequest, id: string = crypto.randomUUID()): Subscription {
    const expiresAt = this.find(clientId, id)?.expiresAt ?? this.clock() + LIFETIME;
    const made = { ...wish, id, clientId, expiresAt };
    this.#all.set(id, made);
    return made;
  }

  /** Ninety more days from now. */
  renew(subscription: Subscription): Subscription {
    const renewed = { ...subscription, expiresAt: this.clock() + LIFETIME };
    this.#all.set(renewed.id, renewed);
    return renewed;
  }

  /** Ends a subscription; returns whether it existed. */
  remove(clientId: string, id: string): boolean {
    return this.find(clientId, id) !== undefined && this.#all.delete(id);
  }
}

/** As the API shows it. The expiry carries no zone, as Oura's does not: it is UTC. */
export function subscriptionJson(subscription: Subscription): Record<string, string> {
  return {
    id: subscription.id,
    callback_url: subscription.callbackUrl,
    event_type: subscription.eventType,
    data_type: subscription.dataType,
    expiration_time: new Date(subscription.expiresAt).toISOString().slice(0, 23),
  };
}

/** A wish from a request body, over what is already there; the name of what is wrong otherwise. */
export function wishOf(
  body: Record<string, unknown>,
  present?: SubscriptionRequest,
): SubscriptionRequest | { wrong: string } {
  const callbackUrl = body.callback_url ?? present?.callbackUrl;
  const eventType = body.event_type ?? present?.eventType;
  const dataType = body.data_type ?? present?.dataType;
  const verificationToken = body.verification_token;
  if (typeof callbackUrl !== "string" || !URL.canParse(callbackUrl)) {
    return { wrong: "callback_url" };
  }
  if (typeof verificationToken !== "string") return { wrong: "verification_token" };
  if (!isOneOf(EVENT_TYPES, eventType)) return { wrong: "event_type" };
  if (!isOneOf(EVENT_DATA_TYPES, dataType)) return { wrong: "data_type" };
  return { callbackUrl, verificationToken, eventType, dataType };
}
