/** Scope names: bare at the legacy portal and in our catalog, `extapi:`-prefixed at moi. */
import type { PortalName } from "./portals.ts";

const PREFIX = "extapi:";

/** Every scope that opens something this program reads, in Oura's own spelling. */
export const SCOPES = [
  "email",
  "personal",
  "daily",
  "heartrate",
  "workout",
  "tag",
  "session",
  "spo2",
  "heart_health",
  "stress",
  "ring_configuration",
] as const;

/**
 * Scope names from a space- or comma-separated text, without the `extapi:` prefix, without repeats.
 * Null when the text names none: an empty `scope` says nothing about a grant.
 */
export function parseScopes(text: string | null | undefined): string[] | null {
  const names = (text ?? "").split(/[\s,]+/).filter((name) => name !== "");
  if (names.length === 0) return null;
  return [
    ...new Set(names.map((name) => name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name)),
  ];
}

/**
 * The `scope` parameter of an authorize request, or null to leave it out; never empty, which Oura
 * calls malformed. Legacy grants everything when it is left out. moi drops unknown names silently
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
