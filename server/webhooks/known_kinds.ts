/** Which events the program can act on. */
import { loggerOf } from "../../lib/log/log.ts";
import type { ReceivedEvent } from "../../lib/db/store/jobs/events.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { isShallow, isStorableJson } from "../../lib/values/pg_limits.ts";
import type { WebhookEvent } from "../../lib/oura/webhooks/event_body.ts";

const EVENT_TYPES: ReadonlySet<string> = new Set(["create", "update", "delete"]);
const DATA_TYPES: readonly string[] = CATALOG.flatMap(({ webhook }) => webhook ?? []);

/** Names that are reported; they are Oura's, but nothing bounds their number. */
const MOST_REPORTED = 50;

/** The kinds of events, by event type and data type. */
export class KnownKinds {
  readonly #dataTypes: ReadonlySet<string>;
  readonly #reported = new Set<string>();

  /** @param moreTypes Data types beyond those of the catalog. */
  constructor(moreTypes: readonly string[]) {
    this.#dataTypes = new Set([...DATA_TYPES, ...moreTypes]);
  }

  /** The event as it is stored. An unknown kind is logged once. */
  received(event: WebhookEvent): ReceivedEvent {
    const isKnown = this.#isKnown(event);
    if (!isKnown) this.#report(event);
    return {
      userId: event.user_id,
      dataType: event.data_type,
      objectId: event.object_id,
      eventType: event.event_type,
      eventTime: event.event_time,
      payload: payloadOf(event),
      isKnown,
    };
  }

  /** What the log calls an event: its event type and data type, where both are known. */
  nameOf(event: WebhookEvent): string {
    return this.#isKnown(event) ? `${event.event_type} ${event.data_type}` : "unknown";
  }

  #isKnown({ event_type, data_type }: WebhookEvent): boolean {
    return EVENT_TYPES.has(event_type) && this.#dataTypes.has(data_type);
  }

  #report({ event_type, data_type }: WebhookEvent): void {
    const names = [event_type, data_type].map((name) => /^\w{1,40}$/.test(name) ? name : "?");
    const name = names.join(" ");
    if (this.#reported.has(name) || this.#reported.size >= MOST_REPORTED) return;
    this.#reported.add(name);
    loggerOf("webhooks").warn("Oura sends events of an unknown kind, which are ignored: {name}", {
      name,
    });
  }
}

/** The event as it was sent, or what is known of it where a database cannot hold the rest. */
function payloadOf(event: WebhookEvent): object {
  if (isShallow(event) && isStorableJson(event, JSON.stringify(event))) return event;
  const { event_type, data_type, object_id, event_time, user_id } = event;
  return { event_type, data_type, object_id, event_time, user_id };
}
