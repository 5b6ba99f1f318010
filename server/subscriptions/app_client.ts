/** A client of the subscriptions of the app that the settings name. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline, Webhooks } from "../../config/model.ts";
import { UsageError } from "../../lib/errors.ts";
import { SubscriptionClient } from "../../lib/oura/webhooks/subscriptions.ts";

/** The app, with the secret that subscriptions are made with. */
export interface WebhookApp {
  readonly clientSecret: string;
  readonly client: SubscriptionClient;
}

/**
 * The app and a client for it.
 * @throws {UsageError} `APP_MISSING`, when client id or secret is not set.
 */
export function webhookApp(settings: Settings, signal?: AbortSignal): WebhookApp {
  const { clientId, clientSecret, apiUrl: baseUrl } = settings;
  if (clientId === null || clientSecret === null) {
    throw new UsageError(
      "APP_MISSING",
      "subscriptions belong to the app, and OURA_CLIENT_ID and OURA_CLIENT_SECRET are not both set",
      { hint: "Set both, from the app's page at Oura." },
    );
  }
  const client = new SubscriptionClient({ clientId, clientSecret, baseUrl, signal });
  return { clientSecret, client };
}

/**
 * The section `webhooks`.
 * @throws {UsageError} `WEBHOOKS_MISSING`, when `oura.yaml` lacks it.
 */
export function requireWebhooks({ webhooks, file }: Pipeline): Webhooks {
  if (webhooks !== null) return webhooks;
  throw new UsageError("WEBHOOKS_MISSING", `${file} has no section webhooks`, {
    hint: "Add `webhooks: { url: https://…, types: all }`, with the public address of `serve`.",
  });
}
