/** Control of webhook events. */
import { json } from "../api/answers.ts";
import { isOneOf } from "../text.ts";
import { EVENT_DATA_TYPES, EVENT_TYPES } from "../webhooks/subscriptions.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import { textOf } from "./body.ts";

/** Answers `webhooks/…`; undefined for another route. Answers when the deliveries are over. */
export async function answerWebhookControl(
  webhooks: Webhooks,
  route: string,
  body: Record<string, unknown>,
): Promise<Response | undefined> {
  switch (route) {
    case "GET webhooks/deliveries":
      return json(webhooks.deliveries);
    case "POST webhooks/deliver":
      return json(await webhooks.deliver(eventOf(webhooks, body)));
    case "POST webhooks/announce": {
      const since = Date.parse(textOf(body, "since"));
      if (Number.isNaN(since)) throw new RangeError("since must be an instant");
      return json(await webhooks.announceChanges(since));
    }
    default:
      return undefined;
  }
}

function eventOf(webhooks: Webhooks, body: Record<string, unknown>) {
  const { dataType, eventType } = body;
  if (!isOneOf(EVENT_DATA_TYPES, dataType)) throw new RangeError("no such dataType");
  if (!isOneOf(EVENT_TYPES, eventType)) throw new RangeError("no such eventType");
  const user = webhooks.world.wearer(textOf(body, "user")).id;
  return webhooks.event(user, dataType, eventType, textOf(body, "objectId"));
}
