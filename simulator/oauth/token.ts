/** The token endpoints. */
import { json } from "../api/answers.ts";
import { encodeBase64Url } from "../text.ts";
import type { App, Portal } from "./apps.ts";
import { clientOf } from "./client.ts";
import type { Challenge, Grant } from "./grants.ts";
import { grantedNames } from "./scopes.ts";
import type { OAuthState } from "./state.ts";

/** Answers a token request sent to the endpoint of a portal. */
export async function token(
  oauth: OAuthState,
  request: Request,
  portal: Portal,
): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const kind = form.get("grant_type");
  const app = clientOf(oauth.apps, request, form);
  if (!app) return failure("invalid_client", "Client authentication failed", 401);
  const refused = wrongPortal(oauth, app, portal, kind, form);
  if (refused) return refused;
  switch (kind) {
    case "authorization_code":
      return await exchange(oauth, app, form);
    case "refresh_token":
      return refresh(oauth, app, form);
    default:
      return failure("unsupported_grant_type", "Unsupported grant type");
  }
}

/** How an endpoint turns away the other portal's apps. A code sent to the wrong one is burnt. */
function wrongPortal(
  oauth: OAuthState,
  app: App,
  portal: Portal,
  kind: string | null,
  form: URLSearchParams,
): Response | undefined {
  if (app.portal === portal || (portal === "legacy" && app.worksOnLegacy)) return undefined;
  oauth.grants.spendCode(form.get("code") ?? "");
  return portal === "legacy" && kind === "refresh_token"
    ? failure("invalid_request", "Invalid request")
    : failure("invalid_client", "Unauthorized", 401);
}

async function exchange(oauth: OAuthState, app: App, form: URLSearchParams): Promise<Response> {
  const code = oauth.grants.spendCode(form.get("code") ?? "");
  if (!code || code.grant.app.clientId !== app.clientId) {
    return failure("invalid_grant", "Invalid authorization code");
  }
  const redirectUri = form.get("redirect_uri");
  if (redirectUri !== null ? redirectUri !== code.redirectUri : app.redirectUris.length > 1) {
    return failure("invalid_grant", "Redirect URI mismatch");
  }
  if (code.challenge && !await proves(form.get("code_verifier") ?? "", code.challenge)) {
    return failure("invalid_grant", "PKCE verification failed");
  }
  oauth.stats.codesExchanged++;
  return issue(oauth, code.grant, true);
}

function refresh(oauth: OAuthState, app: App, form: URLSearchParams): Response {
  const grant = oauth.grants.spendRefreshToken(form.get("refresh_token") ?? "");
  if (grant === "used") {
    oauth.stats.refreshTokenReuses++;
    return failure("invalid_grant", "Refresh token already used.");
  }
  if (grant === "unknown" || grant.app.clientId !== app.clientId) {
    return failure("invalid_grant", "Invalid refresh token");
  }
  oauth.stats.refreshes++;
  return issue(oauth, grant, oauth.settings.scopeInRefresh);
}

function issue(oauth: OAuthState, grant: Grant, withScope: boolean): Response {
  const lifetime = oauth.settings.accessTokenLifetime;
  const pair = oauth.grants.issuePair(grant, lifetime);
  return json(
    {
      token_type: "bearer",
      access_token: pair.accessToken,
      expires_in: lifetime,
      refresh_token: pair.refreshToken,
      ...(withScope ? { scope: grantedNames(grant.scopes, grant.app) } : {}),
      id_token: null,
    },
    200,
    { "cache-control": "no-store" },
  );
}

async function proves(verifier: string, challenge: Challenge): Promise<boolean> {
  if (challenge.method === "plain") return verifier === challenge.value;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return encodeBase64Url(new Uint8Array(digest)) === challenge.value;
}

function failure(error: string, description: string, status = 400): Response {
  return json({ error, error_description: description }, status);
}
