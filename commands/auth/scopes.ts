import { type GrantedScopes, scopeStanding } from "../../lib/oura/oauth/scopes.ts";

/**
 * Data types that a grant closes although its portal offers their scope: another sign-in can open
 * them. Empty when the grant's scopes are unknown.
 */
export function leftOut(
  grant: GrantedScopes,
  types: readonly { readonly name: string; readonly scope: string | null }[],
): string[] {
  return types
    .filter(({ scope }) => scopeStanding(grant, scope) === "withheld")
    .map(({ name }) => name);
}
