/** Data types a grant cannot open. Empty when nobody knows the grant's scopes. */
export function leftOut(
  scopes: readonly string[] | null,
  types: readonly { readonly name: string; readonly scope: string | null }[],
): string[] {
  if (scopes === null) return [];
  return types
    .filter(({ scope }) => scope !== null && !scopes.includes(scope))
    .map(({ name }) => name);
}
