/** Control of apps, consent and tokens. */
import { json } from "./api/answers.ts";
import type { App } from "./oauth/apps.ts";
import type { OAuth } from "./oauth/oauth.ts";

/** Answers the OAuth part of the control routes; undefined for another route. */
export function answerOAuthControl(
  oauth: OAuth,
  route: string,
  body: Record<string, unknown>,
): Response | undefined {
  switch (route) {
    case "POST apps":
      oauth.apps.register(appOf(body));
      return json({});
    case "POST consent":
      oauth.plan = {
        ...(typeof body.user === "string" ? { user: body.user } : {}),
        ...(body.answer === "approve" || body.answer === "deny" ? { answer: body.answer } : {}),
        ...(body.untick === undefined ? {} : { untick: texts(body.untick, "untick") }),
      };
      return json(oauth.plan);
    case "POST tokens/expire":
      oauth.grants.expireAccessTokens(oauth.world.wearer(String(body.user)).id);
      return json({});
    case "POST tokens/revoke":
      oauth.grants.revokeAll(oauth.world.wearer(String(body.user)).id);
      return json({});
    default:
      return undefined;
  }
}

function appOf(body: Record<string, unknown>): App {
  const { clientId, clientSecret, portal } = body;
  if (typeof clientId !== "string" || typeof clientSecret !== "string") {
    throw new RangeError("an app needs clientId and clientSecret");
  }
  if (portal !== "legacy" && portal !== "moi") throw new RangeError("portal is legacy or moi");
  return {
    clientId,
    clientSecret,
    portal,
    redirectUris: texts(body.redirectUris, "redirectUris"),
    ...(body.scopes === undefined ? {} : { scopes: texts(body.scopes, "scopes") }),
    worksOnLegacy: body.worksOnLegacy === true,
  };
}

function texts(value: unknown, name: string): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new RangeError(`${name} must be a list of texts`);
}
