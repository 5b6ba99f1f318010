/** Oura's webhooks: subscriptions, and the events that the clock or a test sets off. */
import type { Apps } from "../oauth/apps.ts";
import { pause } from "../pause.ts";
import type { Settings } from "../settings.ts";
import type { TypeName } from "../world/collections.ts";
import { changes } from "../world/truth.ts";
import type { World } from "../world/world.ts";
import { dateOf, DAY } from "../world/zones.ts";
import { post, signedCall, type WebhookEvent } from "./delivery.ts";
import { EVENT_DATA_TYPES, type Subscription, Subscriptions } from "./subscriptions.ts";

const TRIES = 10;
const LOOKS_BACK = 12; // days; older documents do not change
const GONE = 410;

/** An event and what came of it. */
export interface Delivery {
  readonly event: WebhookEvent;
  readonly subscription: string;
  /** Status of each try; null for none in time. */
  readonly statuses: (number | null)[];
}

/** Delivers events to those who subscribed. */
export class Webhooks {
  readonly subscriptions: Subscriptions;
  /** Everything delivered or given up, oldest first. */
  readonly deliveries: Delivery[] = [];

  constructor(
    readonly world: World,
    readonly settings: Settings,
    readonly apps: Apps,
    readonly clock: () => number,
    readonly stopping: AbortSignal,
  ) {
    this.subscriptions = new Subscriptions(clock);
  }

  /** Delivers what changed in the world since an earlier moment; resolves when all tries are over. */
  async announceChanges(since: number): Promise<Delivery[]> {
    const delivered: Delivery[] = [];
    for (const event of this.#eventsSince(since)) delivered.push(...await this.deliver(event));
    return delivered;
  }

  /** Delivers an event to every subscription for it, with retries until it is accepted or given up. */
  async deliver(event: WebhookEvent): Promise<Delivery[]> {
    const wanting = this.subscriptions.wanting(event.data_type, event.event_type);
    return await Promise.all(wanting.map((subscription) => this.#try(event, subscription)));
  }

  /** An event about a document, at the simulated present. */
  event(userId: string, dataType: string, eventType: string, objectId: string): WebhookEvent {
    return {
      event_type: eventType,
      data_type: dataType,
      object_id: objectId,
      event_time: new Date(this.world.now).toISOString().replace("Z", "000+00:00"),
      user_id: userId,
    };
  }

  *#eventsSince(since: number): Generator<WebhookEvent> {
    const from = dateOf(Math.floor(since / DAY) - LOOKS_BACK);
    const to = dateOf(Math.floor(this.world.now / DAY) + 2);
    for (const wearer of this.world.wearers) {
      for (const dataType of EVENT_DATA_TYPES) {
        if (dataType === "meal") continue;
        const type: TypeName = dataType;
        const found = changes(this.world, { user: wearer.id, type, from, to }, since);
        for (const key of found.created) yield this.event(wearer.id, dataType, "create", key);
        for (const key of found.revised) yield this.event(wearer.id, dataType, "update", key);
        for (const key of found.disappeared) yield this.event(wearer.id, dataType, "delete", key);
      }
    }
  }

  #stamp(): string {
    const unit = this.settings.webhookStamp === "seconds" ? 1_000 : 1;
    return String(Math.floor(this.clock() / unit));
  }

  async #try(event: WebhookEvent, subscription: Subscription): Promise<Delivery> {
    const delivery: Delivery = { event, subscription: subscription.id, statuses: [] };
    this.deliveries.push(delivery);
    const secret = this.apps.find(subscription.clientId)?.clientSecret ?? "";
    for (let tries = 0; tries < TRIES && !this.stopping.aborted; tries++) {
      if (tries > 0) await pause(this.settings.webhookRetryMs, this.stopping);
      const call = await signedCall(event, secret, this.#stamp());
      const status = await post(subscription.callbackUrl, call, this.stopping);
      delivery.statuses.push(status);
      if (status !== null && status >= 200 && status < 400) break;
      if (status === GONE) {
        this.subscriptions.remove(subscription.clientId, subscription.id);
        break;
      }
    }
    return delivery;
  }
}
