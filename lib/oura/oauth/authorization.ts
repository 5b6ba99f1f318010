/** The first half of a sign-in: the authorize URL, and the checked reading of the redirect. */
import * as oauth from "oauth4webapi";
import { SignInError, UsageError } from "../../errors.ts";
import { boundedFetch, type RequestBounds, TransportError } from "./bounded_fetch.ts";
import type { Portal } from "./portals.ts";
import { parseScopes, scopeParameter } from "./scopes.ts";
import { command } from "../../program_command.ts";

/** A sign-in under way. `state` and `codeVerifier` never leave the process. */
export interface Authorization {
  readonly portal: Portal;
  readonly url: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
}

/** What a good redirect brings. */
export interface Callback {
  /** The checked parameters, as `exchangeCode` wants them. */
  readonly parameters: URLSearchParams;
  /** RFC 9207 issuer, where the portal sends it. */
  readonly issuer: string | null;
  /** Scopes the wearer granted, from the redirect; null when it does not say. */
  readonly scopes: readonly string[] | null;
}

/** Starts a sign-in: state against forged redirects, PKCE (S256) against stolen codes. */
export async function beginAuthorization(
  portal: Portal,
  options: { clientId: string; redirectUri: string; scopes: readonly string[] | null },
): Promise<Authorization> {
  const state = oauth.generateRandomState();
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const url = new URL(portal.authorizeUrl);
  url.searchParams.set("response_type", "code");
  url.searchParams.set("client_id", options.clientId);
  url.searchParams.set("redirect_uri", options.redirectUri);
  const scope = scopeParameter(portal.name, options.scopes);
  if (scope !== null) url.searchParams.set("scope", scope);
  url.searchParams.set("state", state);
  url.searchParams.set("code_challenge", await oauth.calculatePKCECodeChallenge(codeVerifier));
  url.searchParams.set("code_challenge_method", "S256");
  return { portal, url: url.href, redirectUri: options.redirectUri, state, codeVerifier };
}

const PROBE_BOUNDS: RequestBounds = { timeoutMs: 5_000, maxBytes: 2_000_000 };

/**
 * What a portal says to an authorize request before anyone signs in.
 * - `refused`: it knows no such app, or not with this redirect URI (400)
 * - `sent_on`: legacy passes an app of the new portal on to moi, and loses its scopes on the way
 * - `open`: anything else; also no network, because the browser may use another one
 */
export type Probe = "refused" | "sent_on" | "open";

/** Asks the portal about an authorize request, without following it anywhere. */
export async function probeAuthorization(
  authorization: Authorization,
  fetcher?: typeof fetch,
): Promise<Probe> {
  let response: Response;
  try {
    response = await boundedFetch(PROBE_BOUNDS, fetcher)(authorization.url);
  } catch (error) {
    if (error instanceof TransportError) return "open";
    throw error;
  }
  if (response.status === 400 || response.status === 401) return "refused";
  const target = URL.parse(response.headers.get("location") ?? "", authorization.url);
  const asked = new URL(authorization.url);
  const isSentOn = target !== null && target.pathname !== asked.pathname &&
    target.searchParams.get("client_id") === asked.searchParams.get("client_id");
  return isSentOn ? "sent_on" : "open";
}

/**
 * Checks the parameters of the redirect against the sign-in under way.
 * @param stateKnown False for a code pasted without its URL; PKCE still binds it to this sign-in.
 * @throws {SignInError} When consent was denied or Oura reports an error.
 * @throws {UsageError} When the redirect belongs to another sign-in or carries no code.
 */
export function readCallback(
  parameters: URLSearchParams,
  authorization: Pick<Authorization, "state">,
  stateKnown = true,
): Callback {
  const error = parameters.get("error");
  if (error !== null) throw refusal(error);
  const issuer = parameters.get("iss");
  const relevant = new URLSearchParams();
  for (const name of ["code", "state"]) {
    for (const value of parameters.getAll(name)) relevant.append(name, value);
  }
  try {
    const checked = oauth.validateAuthResponse(
      { issuer: "https://ouraring.com" },
      { client_id: "unused" },
      relevant,
      stateKnown ? authorization.state : oauth.expectNoState,
    );
    const codes = checked.getAll("code");
    if (codes.length !== 1 || codes[0] === "") throw new oauth.OperationProcessingError("code");
    return { parameters: checked, issuer, scopes: parseScopes(parameters.get("scope")) };
  } catch (cause) {
    // The cause carries the code: it must not reach a log.
    if (!(cause instanceof oauth.OperationProcessingError)) throw cause;
    throw new UsageError(
      "SIGN_IN_REDIRECT",
      "The redirect does not belong to this sign-in, or carries no code.",
      { hint: "Use the newest URL this command printed, and paste the whole address it led to." },
    );
  }
}

function refusal(error: string): SignInError {
  const code = /^[a-z_]{1,64}$/.test(error) ? error : "an unknown error";
  if (code === "access_denied") {
    return new SignInError("SIGN_IN_DENIED", "Access was denied on Oura's consent page.", {
      hint: `Run ${command("auth login")} again and allow access; you may deselect individual ` +
        "scopes.",
    });
  }
  const hint = code === "invalid_scope"
    ? `Run ${command("auth login")} without --scopes, or with scopes ticked in the app's ` +
      "settings at Oura."
    : `Run ${command("auth login")} again; if it stays so, compare the app's settings at Oura.`;
  return new SignInError("SIGN_IN_REFUSED", `Oura refused the sign-in: ${code}.`, { hint });
}
