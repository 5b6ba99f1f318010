/** A webhook subscription, and the wish for one. */
import type { SubscribedPair } from "./callback.ts";

/** A subscription in force. */
export interface Subscription extends SubscribedPair {
  readonly id: string;
  readonly callbackUrl: string;
  /** When Oura stops sending, unless it is renewed. 90 days after its making. */
  readonly expiresAt: Date;
}

/** A pair, and the address at which Oura shall call for it. */
export interface WantedSubscription extends SubscribedPair {
  readonly callbackUrl: string;
}
