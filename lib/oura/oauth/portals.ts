/**
 * Oura has two identity stacks. An app registered at `developer.ouraring.com` is known to `moi`, an
 * older one from `cloud.ouraring.com` to `legacy`; the data API is the same for both. A grant can be
 * refreshed only where it was issued, so the portal is kept with it.
 */
import { UsageError } from "../../errors.ts";
import { isSafeForSecrets } from "../../loopback.ts";
import { command } from "../../program_command.ts";

/** The two identity stacks. */
export type PortalName = "moi" | "legacy";

/** Where one identity stack takes its requests. */
export interface Portal {
  readonly name: PortalName;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string;
}

/** `OURA_PORTAL` and the URL overrides; null where the environment says nothing. */
export interface PortalSettings {
  readonly portal: "auto" | PortalName;
  readonly authorizeUrl: string | null;
  readonly tokenUrl: string | null;
  readonly revokeUrl: string | null;
}

/** The portals a sign-in may use. */
export interface PortalChoice {
  /** Portals whose authorize page is tried, in this order. */
  readonly candidates: readonly [Portal, ...Portal[]];
  /** Every portal whose token endpoint may see the code, when the callback's `iss` names it. */
  readonly known: readonly Portal[];
}

/** Oura's public endpoints. Sources: OpenAPI 1.41 (legacy), moi's OIDC discovery document. */
export const PORTALS: Readonly<Record<PortalName, Portal>> = {
  moi: {
    name: "moi",
    authorizeUrl: "https://moi.ouraring.com/oauth/v2/ext/oauth-authorize",
    tokenUrl: "https://moi.ouraring.com/oauth/v2/ext/oauth-token",
    revokeUrl: "https://moi.ouraring.com/oauth/v2/ext/oauth-revoke",
  },
  legacy: {
    name: "legacy",
    authorizeUrl: "https://cloud.ouraring.com/oauth/authorize",
    tokenUrl: "https://api.ouraring.com/oauth/token",
    revokeUrl: "https://api.ouraring.com/oauth/revoke",
  },
};

/**
 * The portals to use under these settings. `auto` tries moi before legacy; an explicit portal is the
 * only candidate, and an explicit token URL the only endpoint that ever sees a code or token.
 * @throws {UsageError} When an override is no URL, or plain http to another machine.
 */
export function choosePortals(settings: PortalSettings): PortalChoice {
  for (const name of ["authorizeUrl", "tokenUrl", "revokeUrl"] as const) {
    checkOverride(name, settings[name]);
  }
  const overridden = settings.authorizeUrl !== null || settings.tokenUrl !== null;
  if (settings.portal === "auto" && !overridden) {
    const moi = withOverrides(PORTALS.moi, settings);
    const legacy = withOverrides(PORTALS.legacy, settings);
    return { candidates: [moi, legacy], known: [moi, legacy] };
  }
  const name = settings.portal === "auto" ? portalOfUrls(settings) : settings.portal;
  const chosen = withOverrides(PORTALS[name], settings);
  const other = PORTALS[name === "moi" ? "legacy" : "moi"];
  return {
    candidates: [chosen],
    known: settings.tokenUrl === null ? [chosen, withOverrides(other, settings)] : [chosen],
  };
}

/**
 * The portal that the `iss` parameter of a callback (RFC 9207) names, or null when it names no portal we
 * know. Legacy sends no `iss`.
 * @throws {UsageError} When the issuer is not Oura.
 */
export function portalOfIssuer(issuer: string | null, choice: PortalChoice): Portal | null {
  if (issuer === null) return null;
  const url = URL.parse(issuer);
  const named = url && choice.known.find((portal) => isIssuerOf(url, portal));
  if (named) return named;
  if (url?.protocol === "https:" && /(^|\.)ouraring\.com$/.test(url.hostname)) return null;
  throw new UsageError("SIGN_IN_ISSUER", "The redirect names an issuer that is not Oura.", {
    hint: `Start again with ${command("auth login")} and use only the page it opens.`,
  });
}

/**
 * In which order token endpoints may be asked to exchange a code. A refused exchange can burn the
 * code, so what the callback itself says comes first; the rest only follows under `auto`.
 */
export function exchangeOrder(choice: PortalChoice, used: Portal, issuer: Portal | null): Portal[] {
  return [...new Set([...(issuer ? [issuer] : []), used, ...choice.candidates])];
}

/**
 * Whether tokens and the client secret may be sent to a stored endpoint: one of Oura's portals, or an
 * origin the environment names. The database alone is not believed.
 * @param configured `OURA_TOKEN_URL` and `OURA_REVOKE_URL`, where they are set.
 */
export function isTrustedEndpoint(url: string, configured: readonly string[]): boolean {
  const origin = URL.parse(url)?.origin;
  const ours = Object.values(PORTALS).flatMap(({ tokenUrl, revokeUrl }) => [tokenUrl, revokeUrl]);
  return [...ours, ...configured].some((known) => URL.parse(known)?.origin === origin);
}

/** @throws {UsageError} `SIGN_IN_ENDPOINT`, when {@linkcode isTrustedEndpoint} says no. */
export function requireTrustedEndpoint(url: string, configured: readonly string[]): void {
  if (isTrustedEndpoint(url, configured)) return;
  const host = URL.parse(url)?.host ?? "something that is no URL";
  throw new UsageError(
    "SIGN_IN_ENDPOINT",
    `The stored sign-in names ${host} as Oura's server, which is neither Oura's nor configured.`,
    {
      hint: "If it is yours, set OURA_TOKEN_URL and OURA_REVOKE_URL to it. If not, the table " +
        `oauth_tokens was changed by someone else: run ${command("auth login")} again.`,
    },
  );
}

function isIssuerOf(issuer: URL, portal: Portal): boolean {
  const isMoi = issuer.pathname.startsWith("/oauth/v2/");
  return issuer.origin === new URL(portal.tokenUrl).origin && isMoi === (portal.name === "moi");
}

/** Without `OURA_PORTAL`, the form of the configured URLs shows which portal they belong to. */
function portalOfUrls(settings: PortalSettings): PortalName {
  const path = new URL((settings.tokenUrl ?? settings.authorizeUrl)!).pathname;
  return /\/oauth\/(token|authorize)\/?$/.test(path) ? "legacy" : "moi";
}

function withOverrides(portal: Portal, settings: PortalSettings): Portal {
  return {
    name: portal.name,
    authorizeUrl: settings.authorizeUrl ?? portal.authorizeUrl,
    tokenUrl: settings.tokenUrl ?? portal.tokenUrl,
    revokeUrl: settings.revokeUrl ?? portal.revokeUrl,
  };
}

function checkOverride(name: string, value: string | null): void {
  if (value === null) return;
  const url = URL.parse(value);
  if (url && isSafeForSecrets(url)) return;
  throw new UsageError(
    "SIGN_IN_URL",
    `The ${name} override must be https (http only on loopback).`,
    {
      hint: "Correct OURA_AUTHORIZE_URL, OURA_TOKEN_URL or OURA_REVOKE_URL.",
    },
  );
}
