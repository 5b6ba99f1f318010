import { SCOPES } from "../world/wearer.ts";
import type { App, Portal } from "./apps.ts";

const PREFIX = "extapi:";

/** Names as Oura grants them, on both portals. */
export function grantedNames(scopes: readonly string[]): string {
  return scopes.map((scope) => `${PREFIX}${scope}`).join(" ");
}

/**
 * The bare scopes a request may get. No `scope` means all of them. The new portal knows only `extapi:`
 * names and silently drops the others; the old one takes bare names. `spo2Daily`, which the
 * specification named until 1.37, is granted by neither.
 */
export function grantableScopes(requested: string | null, portal: Portal, app: App): string[] {
  const offered: readonly string[] = app.scopes ?? SCOPES;
  if (requested === null) return [...offered];
  const names = new Set(
    requested.split(" ").filter(Boolean).map((name) => {
      if (name.startsWith(PREFIX)) return name.slice(PREFIX.length);
      return portal === "legacy" ? name : "";
    }),
  );
  return offered.filter((scope) => names.has(scope));
}
