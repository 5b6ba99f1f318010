/** Which subscriptions to make, change, renew and delete, so that those that are wanted are there. */
import type { Webhooks } from "../../config/model.ts";
import { callbackUrl } from "../../lib/oura/webhooks/callback.ts";
import type { Subscription, WantedSubscription } from "../../lib/oura/webhooks/subscription.ts";

/** Renewed when fewer days are left: a week of failures in the daily run does no harm. */
export const RENEW_DAYS = 7;
const DAY_MS = 86_400_000;

/** A subscription whose address is another one than the wanted. */
export interface Change {
  readonly present: Subscription;
  readonly wanted: WantedSubscription;
}

/** What is to be done; every wanted kind of event is in exactly one of the first four lists. */
export interface SubscriptionPlan {
  readonly create: readonly WantedSubscription[];
  readonly update: readonly Change[];
  readonly renew: readonly Subscription[];
  readonly keep: readonly Subscription[];
  /** Those that the configuration does not want, and duplicates of a kind. */
  readonly delete: readonly Subscription[];
}

/** The subscriptions that a configuration wants: each of its data types with each of its events. */
export function wantedSubscriptions({ url, types, events }: Webhooks): WantedSubscription[] {
  return types.flatMap((dataType) =>
    events.map((eventType) => {
      const kind = { eventType, dataType };
      return { ...kind, callbackUrl: callbackUrl(url, kind) };
    })
  );
}

/**
 * Compares. Subscriptions belong to the app, so those that other programs made are judged too.
 * @param present Those that Oura lists.
 */
export function planSubscriptions(
  wanted: readonly WantedSubscription[],
  present: readonly Subscription[],
  now: Date,
): SubscriptionPlan {
  const plan = {
    create: [] as WantedSubscription[],
    update: [] as Change[],
    renew: [] as Subscription[],
    keep: [] as Subscription[],
  };
  const taken = new Set<string>();
  for (const wish of wanted) {
    const ofPair = present.filter((one) =>
      one.eventType === wish.eventType && one.dataType === wish.dataType
    );
    const right = ofPair.find((one) => one.callbackUrl === wish.callbackUrl);
    const found = right ?? ofPair[0];
    if (found === undefined) plan.create.push(wish);
    else {
      taken.add(found.id);
      if (right === undefined) plan.update.push({ present: found, wanted: wish });
      else (isExpiring(right, now) ? plan.renew : plan.keep).push(right);
    }
  }
  return { ...plan, delete: present.filter(({ id }) => !taken.has(id)) };
}

/** Whether fewer than {@linkcode RENEW_DAYS} are left. */
export function isExpiring({ expiresAt }: Subscription, now: Date): boolean {
  return expiresAt.getTime() - now.getTime() < RENEW_DAYS * DAY_MS;
}
