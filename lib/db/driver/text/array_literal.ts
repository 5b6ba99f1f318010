/** PostgreSQL's text form of arrays: `{1,2,NULL,"a \"b\""}`. */

/** Items of an array: decoded values, nulls and nested arrays. */
export type ArrayItems<T> = (T | null | ArrayItems<T>)[];

/** Writes texts (null for NULL, arrays for further dimensions) as an array literal. */
export function writeArray(items: ArrayItems<string>): string {
  const written = items.map((item) => {
    if (item === null) return "NULL";
    if (Array.isArray(item)) return writeArray(item);
    return `"${item.replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${written.join(",")}}`;
}
