/** The authorize pages: what the browser meets between the app's link and its callback. */
import { html, json } from "../api/answers.ts";
import type { App, Portal } from "./apps.ts";
import type { Challenge } from "./grants.ts";
import { consentPage } from "./page.ts";
import { grantableScopes, grantedNames } from "./scopes.ts";
import type { OAuthState } from "./state.ts";

/**
 * Answers an authorize request. An invalid client or redirect URI gets a 400
 * before any sign-in; every other error goes to the redirect URI.
 */
export function authorize(oauth: OAuthState, url: URL, portal: Portal): Response {
  const query = url.searchParams;
  const app = oauth.apps.find(query.get("client_id") ?? undefined);
  if (!app) return html(400, "Invalid client");
  if (app.portal === "moi" && portal === "legacy" && !app.worksOnLegacy) return toMoi(url);
  if (app.portal === "legacy" && portal === "moi") return html(400, "Invalid client");
  const redirectUri = redirectOf(app, query.get("redirect_uri"));
  if (redirectUri === undefined) {
    return json({ error: "invalid_request", error_description: "Invalid redirect_uri" }, 400);
  }
  const fail = (error: string) => callback(oauth, url, portal, redirectUri, { error });
  if (query.get("response_type") !== "code") return fail("unsupported_response_type");
  const requested = query.get("scope");
  if (requested?.trim() === "") return fail("invalid_scope");
  const challenge = challengeOf(query);
  if (challenge === "invalid") return fail("invalid_request");
  const consent = oauth.consentFor(query);
  if (!consent) return html(400, "Unknown user");
  if (consent.answer === "ask") {
    return consentPage(url, consent.wearer, grantableScopes(requested, portal, app));
  }
  if (consent.answer === "deny") return fail("access_denied");
  const scopes = grantableScopes(requested, portal, app)
    .filter((scope) => !consent.unticked.includes(scope));
  const grant = { wearer: consent.wearer, app, scopes, revoked: false };
  const code = oauth.grants.issueCode(grant, redirectUri, challenge);
  return callback(oauth, url, portal, redirectUri, { code, scope: grantedNames(scopes, app) });
}

/** The old page sends the apps of the new portal on, and loses their scopes on the way. */
function toMoi(url: URL): Response {
  const target = new URL(`/oauth/v2/ext/oauth-authorize${url.search}`, url);
  target.searchParams.delete("scope");
  return redirect(target);
}

function redirectOf(app: App, asked: string | null): string | undefined {
  if (asked === null) return app.redirectUris.length === 1 ? app.redirectUris[0] : undefined;
  return app.redirectUris.includes(asked) ? asked : undefined;
}

function challengeOf(query: URLSearchParams): Challenge | "invalid" | undefined {
  const value = query.get("code_challenge");
  const method = query.get("code_challenge_method") ?? "plain";
  if (value === null) return undefined;
  return method === "S256" || method === "plain" ? { value, method } : "invalid";
}

function callback(
  oauth: OAuthState,
  url: URL,
  portal: Portal,
  redirectUri: string,
  parameters: Record<string, string>,
): Response {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
  const state = url.searchParams.get("state");
  if (state !== null) target.searchParams.set("state", state);
  if (portal === "moi") target.searchParams.set("iss", oauth.issuer(url));
  return redirect(target);
}

function redirect(target: URL): Response {
  return new Response(null, { status: 302, headers: { location: target.href } });
}
