/** `/v2/webhook/subscription`: authenticated by client id and secret, never by a Bearer token. */
import { empty, json } from "../api/answers.ts";
import type { App, Apps } from "../oauth/apps.ts";
import { verifyCallback } from "./delivery.ts";
import {
  subscriptionJson,
  type SubscriptionRequest,
  type Subscriptions,
  wishOf,
} from "./subscriptions.ts";

const RENEW = "renew/";

/** What the routes need to answer. */
export interface WebhookApi {
  readonly apps: Apps;
  readonly subscriptions: Subscriptions;
  readonly stopping: AbortSignal;
}

/** Answers a request; `rest` is its path after `/v2/webhook/subscription`, without the slash. */
export async function answerWebhooks(
  api: WebhookApi,
  request: Request,
  rest: string,
): Promise<Response> {
  const app = api.apps.find(request.headers.get("x-client-id") ?? undefined);
  if (app?.clientSecret !== request.headers.get("x-client-secret") || !app) return empty(401);
  const { subscriptions } = api;
  if (rest === "") {
    if (request.method === "GET") return json(subscriptions.of(app.clientId).map(subscriptionJson));
    return request.method === "POST" ? await create(api, app, request) : empty(405);
  }
  const id = rest.startsWith(RENEW) ? rest.slice(RENEW.length) : rest;
  const found = subscriptions.find(app.clientId, id);
  // An unknown id is forbidden, not missing: seen by an official partner's code.
  if (!found) return empty(403);
  if (rest.startsWith(RENEW)) {
    return request.method === "PUT"
      ? json(subscriptionJson(subscriptions.renew(found)))
      : empty(405);
  }
  switch (request.method) {
    case "GET":
      return json(subscriptionJson(found));
    case "PUT":
      return await update(api, app, request, found.id);
    case "DELETE":
      subscriptions.remove(app.clientId, id);
      return empty(204);
    default:
      return empty(405);
  }
}

async function create(api: WebhookApi, app: App, request: Request): Promise<Response> {
  const wish = wishOf(await objectOf(request));
  if ("wrong" in wish) return invalid(wish.wrong);
  if (api.subscriptions.isTaken(app.clientId, wish)) {
    return taken();
  }
  const refusal = await verified(api, wish);
  if (refusal) return refusal;
  // During the handshake another request may have made it.
  if (api.subscriptions.isTaken(app.clientId, wish)) return taken();
  return json(subscriptionJson(api.subscriptions.put(app.clientId, wish)), 201);
}

async function update(
  api: WebhookApi,
  app: App,
  request: Request,
  id: string,
): Promise<Response> {
  const wish = wishOf(await objectOf(request), api.subscriptions.find(app.clientId, id));
  if ("wrong" in wish) return invalid(wish.wrong);
  if (api.subscriptions.isTaken(app.clientId, wish, id)) {
    return taken();
  }
  return await verified(api, wish) ??
    json(subscriptionJson(api.subscriptions.put(app.clientId, wish, id)));
}

/** The refusal when the callback does not answer the handshake. */
async function verified(api: WebhookApi, wish: SubscriptionRequest): Promise<Response | undefined> {
  return await verifyCallback(wish, api.stopping)
    ? undefined
    : json({ detail: "Callback URL verification failed" }, 400);
}

function taken(): Response {
  return json({ detail: "Subscription already exists" }, 409);
}

function invalid(field: string): Response {
  return json({
    detail: [{ type: "value_error", loc: ["body", field], msg: "Field required or invalid" }],
  }, 422);
}

async function objectOf(request: Request): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await request.json();
    return typeof body === "object" && body !== null ? body as Record<string, unknown> : {};
  } catch {
    return {};
  }
}
