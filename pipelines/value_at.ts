/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const name of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return isInherited(value) ? undefined : value;
}

/**
 * Whether a path such as `constructor` found what every object has and Oura never sent: JSON holds
 * no functions. Cheaper than to ask at each step whether the name is the object's own.
 */
function isInherited(value: unknown): boolean {
  return typeof value === "function" || value === Object.prototype;
}
