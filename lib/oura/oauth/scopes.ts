/** Scope names: bare at the legacy portal and in our catalog, `extapi:`-prefixed at moi. */
import type { PortalName } from "./portals.ts";

const PREFIX = "extapi:";

/** All that the legacy portal can grant; it has no name for the scopes that came later. */
const LEGACY_SCOPES = [
  "email",
  "personal",
  "daily",
  "heartrate",
  "workout",
  "tag",
  "session",
  "spo2",
] as const;

/** Every scope that opens something this program reads, in Oura's own spelling. */
export const SCOPES = [...LEGACY_SCOPES, "heart_health", "stress", "ring_configuration"] as const;

/** What a scope is called now, by its name of before. Source: OpenAPI up to 1.37. */
const RENAMED: Readonly<Record<string, string>> = { spo2Daily: "spo2" };

/** What is known of a grant's scopes. */
export interface GrantedScopes {
  /** The portal that issued the grant; null when that is not known. */
  readonly portal: string | null;
  /** Null when they are unknown. */
  readonly scopes: Iterable<string> | null;
}

/**
 * What a grant says about a scope.
 * - `granted`
 * - `withheld`: the portal offers it, and the wearer or the app did not take it
 * - `not_offered`: the portal cannot grant it, so only a response of the API shows
 * - `unknown`: the scopes are unknown, or the route needs no scope
 */
export type ScopeStanding = "granted" | "withheld" | "not_offered" | "unknown";

/** See {@linkcode ScopeStanding}. */
export function scopeStanding(
  { portal, scopes }: GrantedScopes,
  scope: string | null,
): ScopeStanding {
  if (scopes === null || scope === null) return "unknown";
  if ([...scopes].map(currentName).includes(scope)) return "granted";
  return portal === "legacy" && !LEGACY_SCOPES.some((name) => name === scope)
    ? "not_offered"
    : "withheld";
}

function currentName(name: string): string {
  const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  return RENAMED[bare] ?? bare;
}

/**
 * Scope names from a space- or comma-separated text, under their current names, without the `extapi:`
 * prefix, without repeats.
 * Null when the text names no scope: an empty `scope` says nothing about a grant.
 */
export function parseScopes(text: string | null | undefined): string[] | null {
  const names = (text ?? "").split(/[\s,]+/).filter((name) => name !== "");
  if (names.length === 0) return null;
  return [...new Set(names.map(currentName))];
}

/**
 * The `scope` parameter of an authorize request, or null to leave it out; never empty, which Oura
 * calls malformed. Legacy grants everything when the parameter is omitted. moi drops unknown names silently
 * and may grant nothing without the parameter, so there all names are spelled out.
 */
export function scopeParameter(
  portal: PortalName,
  wanted: readonly string[] | null,
): string | null {
  const names = wanted ?? (portal === "moi" ? SCOPES : []);
  if (names.length === 0) return null;
  return names.map((name) => portal === "moi" ? `${PREFIX}${name}` : name).join(" ");
}
