/** A webhook subscription, and the wish for one. */
import type { EventKind } from "./callback.ts";

/** A subscription in force. */
export interface Subscription extends EventKind {
  readonly id: string;
  readonly callbackUrl: string;
  /** When Oura stops sending, unless it is renewed. 90 days after its making. */
  readonly expiresAt: Date;
}

/** A kind of event, and the address that Oura is to call with it. */
export interface WantedSubscription extends EventKind {
  readonly callbackUrl: string;
}
