/** Control of apps, consent and tokens. */
import { json } from "../api/answers.ts";
import type { App } from "../oauth/apps.ts";
import type { OAuthState } from "../oauth/state.ts";
import { textOf, textsOf } from "./body.ts";

/** Answers the OAuth part of the control routes; undefined for another route. */
export function answerOAuthControl(
  oauth: OAuthState,
  route: string,
  body: Record<string, unknown>,
): Response | undefined {
  switch (route) {
    case "POST apps":
      oauth.apps.register(appOf(body));
      return json({});
    case "POST consent":
      oauth.plan = {
        ...(body.user === undefined ? {} : { user: oauth.world.wearer(textOf(body, "user")).id }),
        ...(body.answer === "approve" || body.answer === "deny" ? { answer: body.answer } : {}),
        ...(body.untick === undefined ? {} : { untick: textsOf(body, "untick") }),
      };
      return json(oauth.plan);
    case "POST tokens/expire":
      oauth.grants.expireAccessTokens(oauth.world.wearer(textOf(body, "user")).id);
      return json({});
    case "POST tokens/revoke":
      oauth.grants.revokeAll(oauth.world.wearer(textOf(body, "user")).id);
      return json({});
    default:
      return undefined;
  }
}

function appOf(body: Record<string, unknown>): App {
  const { portal, eightScopes } = body;
  if (portal !== "legacy" && portal !== "moi") throw new RangeError("portal is legacy or moi");
  return {
    clientId: textOf(body, "clientId"),
    clientSecret: textOf(body, "clientSecret"),
    portal,
    redirectUris: textsOf(body, "redirectUris"),
    ...(body.scopes === undefined ? {} : { scopes: textsOf(body, "scopes") }),
    ...(eightScopes === "open" || eightScopes === "closed" ? { eightScopes } : {}),
    worksOnLegacy: body.worksOnLegacy === true,
  };
}
