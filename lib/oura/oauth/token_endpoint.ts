/** The three requests to a portal that carry secrets: exchange a code, refresh, revoke. */
import * as oauth from "oauth4webapi";
import { boundedFetch, type RequestBounds, TransportError } from "./bounded_fetch.ts";
import { loggerOf } from "../../log/log.ts";
import { isLoopback } from "../../loopback.ts";
import type { Portal } from "./portals.ts";
import {
  checkTokenAnswer,
  type ErrorAnswer,
  readErrorAnswer,
  type TokenSet,
} from "./token_answer.ts";

/** The app as registered at Oura. */
export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How requests are made; all of it has a default. */
export interface RequestOptions {
  readonly fetch?: typeof fetch;
  readonly bounds?: RequestBounds;
}

/**
 * What a token request came to.
 * - `granted`: a checked pair
 * - `refused`: Oura looked at the code or token and refused it (400 `invalid_grant`)
 * - `app_refused`: Oura does not accept client id and secret; code and token were not looked at
 * - `not_taken`: the request was certainly not acted on
 * - `unknown`: no usable answer; a single-use code or token may be spent
 */
export type TokenOutcome =
  | { readonly kind: "granted"; readonly tokens: TokenSet }
  | {
    readonly kind: "refused" | "app_refused" | "not_taken" | "unknown";
    /** The HTTP status; null without an answer. */
    readonly status: number | null;
    /** One sentence for people, free of secrets. */
    readonly reason: string;
  };

/** A real answer has less than 2 KB and takes less than a second. */
export const TOKEN_BOUNDS: RequestBounds = { timeoutMs: 20_000, maxBytes: 65_536 };

const APP_ERRORS = new Set(["invalid_client", "unauthorized_client", "unsupported_grant_type"]);

/** Exchanges the code in `callback`, which must come from `readCallback`. */
export function exchangeCode(
  portal: Portal,
  app: OAuthApp,
  grant: { callback: URLSearchParams; redirectUri: string; codeVerifier: string },
  options: RequestOptions = {},
): Promise<TokenOutcome> {
  const secrets = [grant.codeVerifier, grant.callback.get("code") ?? ""];
  return tokenRequest(app, secrets, isRefusalOfCode, () =>
    oauth.authorizationCodeGrantRequest(
      server(portal.tokenUrl),
      { client_id: app.clientId },
      oauth.ClientSecretPost(app.clientSecret),
      grant.callback,
      grant.redirectUri,
      grant.codeVerifier,
      requestOptions(portal.tokenUrl, options),
    ));
}

/** Spends a refresh token at the endpoint that issued it. Exactly one request, no retry. */
export function refreshTokens(
  tokenUrl: string,
  app: OAuthApp,
  refreshToken: string,
  options: RequestOptions = {},
): Promise<TokenOutcome> {
  return tokenRequest(app, [refreshToken], isRefusal, () =>
    oauth.refreshTokenGrantRequest(
      server(tokenUrl),
      { client_id: app.clientId },
      oauth.ClientSecretPost(app.clientSecret),
      refreshToken,
      requestOptions(tokenUrl, options),
    ));
}

/** What a revocation came to; `unknown_grant`: it had ended before. */
export type RevocationOutcome = "revoked" | "unknown_grant" | "app_refused";

/**
 * Revokes a grant. Legacy takes the access token as a query parameter and no client authentication;
 * moi follows RFC 7009.
 * @throws {TransportError} When Oura cannot be asked, or fails (5xx).
 */
export async function revokeGrant(
  portal: Pick<Portal, "name" | "revokeUrl">,
  app: OAuthApp,
  tokens: { accessToken: string; refreshToken: string },
  options: RequestOptions = {},
): Promise<RevocationOutcome> {
  const { name, revokeUrl } = portal;
  let response: Response;
  if (name === "legacy") {
    const url = new URL(revokeUrl);
    url.searchParams.set("access_token", tokens.accessToken);
    const bounded = boundedFetch(options.bounds ?? TOKEN_BOUNDS, options.fetch);
    response = await bounded(url, { method: "POST" });
  } else {
    response = await oauth.revocationRequest(
      { issuer: revokeUrl, revocation_endpoint: revokeUrl },
      { client_id: app.clientId },
      oauth.ClientSecretPost(app.clientSecret),
      tokens.refreshToken,
      requestOptions(revokeUrl, options),
    );
  }
  if (response.ok) return "revoked";
  if (response.status >= 500 || response.status === 429) throw new TransportError("cut");
  return name === "moi" && response.status === 401 ? "app_refused" : "unknown_grant";
}

/** oauth4webapi reads endpoints from metadata; the issuer is only compared where we pass one in. */
function server(tokenUrl: string): oauth.AuthorizationServer {
  return { issuer: tokenUrl, token_endpoint: tokenUrl };
}

function requestOptions(url: string, options: RequestOptions) {
  return {
    [oauth.customFetch]: boundedFetch(options.bounds ?? TOKEN_BOUNDS, options.fetch),
    [oauth.allowInsecureRequests]: isLoopback(new URL(url)),
  };
}

/**
 * The answer is not left to oauth4webapi's own reading, which refuses the `"id_token": null` of
 * Oura's real answers and accepts an `expires_in` that is text.
 */
async function tokenRequest(
  app: OAuthApp,
  secrets: readonly string[],
  refuses: (answer: ErrorAnswer) => boolean,
  send: () => Promise<Response>,
): Promise<TokenOutcome> {
  let response: Response;
  try {
    response = await send();
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const kind = error.failure === "unreachable" ? "not_taken" : "unknown";
    return { kind, status: null, reason: `Oura's token endpoint: ${error.message}.` };
  }
  const { status } = response;
  const body = await response.text();
  if (status === 200) {
    const checked = checkTokenAnswer(body);
    if (checked.ok) {
      warnOfLifetime(checked.tokens);
      return { kind: "granted", tokens: checked.tokens };
    }
    return { kind: "unknown", status, reason: `Oura's token endpoint sent ${checked.problem}.` };
  }
  const answer = readErrorAnswer(body, [app.clientSecret, ...secrets], [app.clientId]);
  const { text } = answer;
  const reason = `Oura's token endpoint answered ${status}${
    text && `: ${text.replace(/\.$/, "")}`
  }.`;
  return { kind: outcomeOf(status, answer, refuses), status, reason };
}

function warnOfLifetime({ lifetimeProblem, expiresIn }: TokenSet): void {
  if (lifetimeProblem === null) return;
  loggerOf("oura").warn(
    "Oura's token endpoint sent a sound pair, but {lifetimeProblem}; {expiresIn} s are assumed.",
    { lifetimeProblem, expiresIn },
  );
}

/** Oura's documentation has the sentence "Refresh token already used." without an error code too. */
const REFUSAL =
  /\binvalid_grant\b|\b(refresh token|authorization code)\b.*\b(used|invalid|expired|revoked)\b|\binvalid (refresh token|authorization code)\b/i;

function isRefusal({ code, text }: ErrorAnswer): boolean {
  return code === null ? REFUSAL.test(text) : code === "invalid_grant";
}

/** Of a code only a new sign-in can be lost, and the other portal may know it. */
function isRefusalOfCode(answer: ErrorAnswer): boolean {
  return answer.code !== null || isRefusal(answer);
}

function outcomeOf(
  status: number,
  answer: ErrorAnswer,
  refuses: (answer: ErrorAnswer) => boolean,
) {
  const { code } = answer;
  if (status === 401 || (code !== null && APP_ERRORS.has(code))) return "app_refused";
  // Any other 400 may come from a proxy or be about the request: it proves nothing about the token.
  if (status === 400) return refuses(answer) ? "refused" : "unknown";
  // Any other 4xx comes from in front of the endpoint: rate limit, firewall, wrong address.
  return status >= 400 && status < 500 ? "not_taken" : "unknown";
}
