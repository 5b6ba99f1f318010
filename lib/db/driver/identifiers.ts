/** SQL identifiers that come from people: the schema and the columns of `oura.yaml`. */

/** PostgreSQL cuts longer names off without a word, so that two columns could become one. */
export const MAX_IDENTIFIER_BYTES = 63;

/**
 * Quotes a name, so that it is taken as it is whatever it contains.
 * @throws {RangeError} When PostgreSQL cannot hold the name: empty, too long, or with a NUL.
 */
export function quoteIdentifier(name: string): string {
  if (name === "" || name.includes("\0")) throw new RangeError("not a name PostgreSQL can hold");
  if (new TextEncoder().encode(name).length > MAX_IDENTIFIER_BYTES) {
    throw new RangeError(`"${name}" is longer than ${MAX_IDENTIFIER_BYTES} bytes`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text as a literal. Only for statements that take no parameters, such as COMMENT. */
export function quoteLiteral(text: string): string {
  if (text.includes("\0")) throw new RangeError("PostgreSQL text cannot hold a NUL");
  const doubled = text.replaceAll("'", "''");
  return text.includes("\\") ? ` E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
}

/**
 * One token of SQL in which `oura.` means nothing (comments, the four kinds of quotes), or the
 * prefix itself where it starts a name. The tokens come first, so that the scan steps over them.
 */
const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`/\*[\s\S]*?\*/`,
    String.raw`\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'`,
    String.raw`'(?:[^']|'')*'`,
    String.raw`"(?:[^"]|"")*"`,
    String.raw`(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1`,
    String.raw`(?<![\w$.])oura\.`,
  ].join("|"),
  "g",
);

const rewritten = new Map<string, Map<string, string>>();
/** Our SQL files are a few dozen; the bound keeps generated statements from piling up. */
const MEMO_LIMIT = 500;

/**
 * Points a statement written against the default schema (`oura.`) at another one. Text in quotes,
 * dollar quotes and comments stays as it is. The driver does this to every statement it runs; call
 * it only to show a statement.
 */
export function inSchema(sql: string, schema: string): string {
  let memo = rewritten.get(schema);
  if (!memo || memo.size >= MEMO_LIMIT) rewritten.set(schema, memo = new Map());
  let result = memo.get(sql);
  if (result === undefined) {
    const prefix = `${quoteIdentifier(schema)}.`;
    result = sql.replace(TOKEN, (token) => token === "oura." ? prefix : token);
    memo.set(sql, result);
  }
  return result;
}
