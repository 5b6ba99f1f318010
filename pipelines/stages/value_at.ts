import { kindOf } from "../../lib/values/column_type.ts";

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
 * The kind of value that ends a path too early, where an object belongs and a text, number or list
 * is; null where the path leads to its end, or to a null or absent object.
 */
export function obstacleAt(document: unknown, path: readonly string[]): Obstacle | null {
  let value = document;
  for (const [depth, name] of path.entries()) {
    if (value === null || value === undefined) return null;
    if (typeof value !== "object" || Array.isArray(value)) {
      return { path: path.slice(0, depth), kind: kindOf(value) };
    }
    // What every object has is nothing that Oura sent.
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return null;
}

/** What is in the way, and where. */
export interface Obstacle {
  readonly path: readonly string[];
  readonly kind: string;
}

/**
 * Whether a path such as `constructor` found what every object has and Oura never sent: JSON holds
 * no functions. Cheaper than to ask at each step whether the name is the object's own.
 */
function isInherited(value: unknown): boolean {
  return typeof value === "function" || value === Object.prototype;
}
