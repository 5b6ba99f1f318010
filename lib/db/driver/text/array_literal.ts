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

/** Reads an array literal as the server writes it, each item through `decode`. */
export function readArray<T>(literal: string, decode: (text: string) => T): ArrayItems<T> {
  // Arrays that do not start at 1 carry their bounds in front: [0:1]={a,b}
  const start = literal.startsWith("[") ? literal.indexOf("=") + 1 : 0;
  const token = /\{|\}|,|"((?:[^"\\]|\\[\s\S])*)"|[^{},"]+/y;
  token.lastIndex = start;
  const root: ArrayItems<T> = [];
  const open: ArrayItems<T>[] = [root];
  for (let match = token.exec(literal); match; match = token.exec(literal)) {
    const [text, quoted] = match;
    const innermost = open.at(-1)!;
    if (text === "{") {
      const nested: ArrayItems<T> = [];
      innermost.push(nested);
      open.push(nested);
    } else if (text === "}") {
      open.pop();
    } else if (quoted !== undefined) {
      innermost.push(decode(quoted.replace(/\\([\s\S])/g, "$1")));
    } else if (text !== ",") {
      innermost.push(text === "NULL" ? null : decode(text));
    }
  }
  return root[0] as ArrayItems<T>;
}
