import { SCOPES } from "../world/wearer.ts";
import type { App, Portal } from "./apps.ts";

const PREFIX = "extapi:";

/** What the old portal has no scope for. */
const NEWER: readonly string[] = ["heart_health", "stress", "ring_configuration"];

/** Names as Oura grants them, on both portals; bare and older ones for an app of eight scopes. */
export function grantedNames(scopes: readonly string[], app?: App): string {
  if (app?.eightScopes) {
    return scopes.map((scope) => scope === "spo2" ? "spo2Daily" : scope).join(" ");
  }
  return scopes.map((scope) => `${PREFIX}${scope}`).join(" ");
}

/**
 * The bare scopes a request may get. No `scope` means all of them. The new portal knows only `extapi:`
 * names and silently drops the others; the old one takes bare names. `spo2Daily`, which the
 * specification named until 1.37, is granted by neither.
 */
export function grantableScopes(requested: string | null, portal: Portal, app: App): string[] {
  const all: readonly string[] = app.scopes ?? SCOPES;
  const offered = app.eightScopes ? all.filter((scope) => !NEWER.includes(scope)) : all;
  if (requested === null) return [...offered];
  const names = new Set(
    requested.split(" ").filter(Boolean).map((name) => {
      if (name.startsWith(PREFIX)) return name.slice(PREFIX.length);
      return portal === "legacy" ? name : "";
    }),
  );
  return offered.filter((scope) => names.has(scope));
}

/** The scopes that a grant opens in fact. */
export function openedScopes(scopes: readonly string[], app: App): readonly string[] {
  return app.eightScopes === "open" && scopes.includes("daily") ? [...scopes, ...NEWER] : scopes;
}
