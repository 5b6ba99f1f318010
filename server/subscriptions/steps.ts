/** The single changes that bring subscriptions in line, each safe to be made twice. */
import {
  SubscriptionNotFoundError,
  SubscriptionTakenError,
} from "../../lib/oura/webhooks/subscription_errors.ts";
import type { SubscriptionClient } from "../../lib/oura/webhooks/subscriptions.ts";
import type { Subscription, WantedSubscription } from "../../lib/oura/webhooks/subscription.ts";
import { isExpiring, type SubscriptionPlan } from "./plan.ts";
import { type Done, type FailedChange, reported, type ReportedSubscription } from "./report.ts";

/** A change that is to be made. */
export interface Step {
  readonly action: FailedChange["action"];
  readonly done: Done;
  readonly subject: ReportedSubscription;
  /** Makes it. @returns The subscription as it is then; null when it is gone */
  readonly run: () => Promise<Subscription | null>;
}

/** Renewals first: they need no receiver, and nothing else is lost for good when it fails. */
export function stepsOf(
  client: SubscriptionClient,
  plan: SubscriptionPlan,
  now: Date,
): Step[] {
  return [
    ...plan.renew.map((present): Step => ({
      action: "renew",
      done: "renewed",
      subject: reported(present),
      run: () => orCreate(client, present, () => client.renew(present.id)),
    })),
    ...plan.update.map(({ present, wanted }): Step => ({
      action: "update",
      done: "updated",
      subject: reported({ ...present, ...wanted }),
      run: () => orCreate(client, wanted, () => update(client, present.id, wanted, now)),
    })),
    ...plan.create.map((wanted): Step => ({
      action: "create",
      done: "created",
      subject: { ...wanted, id: null, expiresAt: null },
      run: () => create(client, wanted, now),
    })),
    ...plan.delete.map((present): Step => ({
      action: "delete",
      done: "deleted",
      subject: reported(present),
      run: () => remove(client, present.id),
    })),
  ];
}

/** Another process, or an earlier attempt whose answer was lost, may have made it. */
async function create(
  client: SubscriptionClient,
  wanted: WantedSubscription,
  now: Date,
): Promise<Subscription> {
  try {
    return await client.create(wanted);
  } catch (error) {
    if (!(error instanceof SubscriptionTakenError)) throw error;
    const present = (await client.list()).find((one) =>
      one.eventType === wanted.eventType && one.dataType === wanted.dataType
    );
    if (present === undefined) throw error;
    return present.callbackUrl === wanted.callbackUrl
      ? present
      : await update(client, present.id, wanted, now);
  }
}

/** A new address does not prolong a subscription. */
async function update(
  client: SubscriptionClient,
  id: string,
  wanted: WantedSubscription,
  now: Date,
): Promise<Subscription> {
  const updated = await client.update(id, wanted);
  return isExpiring(updated, now) ? await client.renew(id) : updated;
}

/** One that ended since it was listed is made. */
async function orCreate(
  client: SubscriptionClient,
  wanted: WantedSubscription,
  change: () => Promise<Subscription>,
): Promise<Subscription> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof SubscriptionNotFoundError)) throw error;
    return await client.create(wanted);
  }
}

/** What is no longer there needs no deleting. */
async function remove(client: SubscriptionClient, id: string): Promise<null> {
  try {
    await client.delete(id);
  } catch (error) {
    if (!(error instanceof SubscriptionNotFoundError)) throw error;
  }
  return null;
}
