/**
 * What Citus refuses, or gets wrong, in a statement on distributed tables.
 * Source of the first seven: trials with Citus 13.2 on PostgreSQL 15. The others are the same rules
 * in statements that were written later: the documentation of Citus 13, "SQL Support and Workarounds".
 */

/** Tables that `migrate --citus` leaves on the coordinator. */
export const LOCAL_TABLES: ReadonlySet<string> = new Set([
  "schema_migrations",
  "declared_objects",
  "column_changes",
  "rate_budget",
  "invitations",
  "upkeep_tasks",
]);

const CLOCK =
  /\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\(|\bcurrent_(?:timestamp|date|time)\b|\blocaltime(?:stamp)?\b/i;
const VOLATILE =
  /\b(?:clock_timestamp|timeofday|random|gen_random_uuid|uuid_generate_v4|nextval|setval|txid_current)\(/i;
/** What may stand beside now() in an assignment: it has one value for the whole statement. */
const CONSTANT =
  /\bnow\(\)|\bmake_interval\([^)]*\)|\binterval '[^']*'|\$\d+(?:::[a-z ]+)?|'[^']*'/gi;

/** The refusals that a statement would meet; none for a good one. `§` stands for what is built in. */
export function refusals(sql: string): string[] {
  const text = sql.replace(/--[^\n]*/g, "").replace(/\s+/g, " ").trim();
  const found = new Set<string>();
  if (mixesTables(text)) found.add("local and distributed tables in one statement");
  if (/\bSELECT FROM\b/.test(text)) found.add("an empty select list");
  if (/\bFOR (?:NO KEY |KEY )?(?:UPDATE|SHARE)\b/.test(text) && !/\buser_id = \$/.test(text)) {
    found.add("a row lock over several wearers");
  }
  const outer = withoutParentheses(text);
  if (/\bctid =/.test(outer) && !/\buser_id =/.test(outer)) found.add("rows found by place alone");
  if (/\buser_id IS (?:NOT )?DISTINCT FROM\b/i.test(text)) found.add("wearers compared as nulls");
  for (const conflict of clauses(text, /\bON CONFLICT\b(.*?)(?:\bRETURNING\b|$)/gi)) {
    if (CLOCK.test(conflict) || VOLATILE.test(conflict)) found.add("a clock in ON CONFLICT");
  }
  for (const [, table, set] of text.matchAll(SET)) {
    if (LOCAL_TABLES.has(table!)) continue;
    if (VOLATILE.test(set!)) found.add("a volatile function in UPDATE");
    if (assignments(set!).some(hasClockBesideColumn)) found.add("now() beside a column");
  }
  if (/[\w")] (?:=|<>|IS (?:NOT )?DISTINCT FROM) now\(\)/i.test(text.replace(SET_CLAUSE, " "))) {
    found.add("rows found by the clock");
  }
  return [...found];
}

const SET =
  /\bUPDATE (?:ONLY )?oura\.(\S+) (?:AS \w+ |(?!SET\b)\w+ )?SET\b(.*?)(?:\bWHERE\b|\bFROM\b(?![^(]*\))|$)/gi;
const SET_CLAUSE = /\bSET\b.*?(?:\bWHERE\b|$)/gi;

function* clauses(text: string, pattern: RegExp): Generator<string> {
  for (const [, clause] of text.matchAll(pattern)) yield clause!;
}

/** Whether a statement reads or writes tables of both kinds; the catalog of PostgreSQL is local. */
function mixesTables(text: string): boolean {
  const names = [
    ...text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE|USING) \(?(?:ONLY )?oura\.("?[\w~]+"?|§)/g),
  ]
    .map(([, name]) => name!.replaceAll('"', ""));
  const isLocal = names.some((name) => LOCAL_TABLES.has(name)) ||
    /\b(?:FROM|JOIN) \(?(?:pg_catalog\.|information_schema\.|pg_)\w+/.test(text);
  return isLocal && names.some((name) => !LOCAL_TABLES.has(name));
}

/** The text without parentheses and their content, such as subqueries. */
function withoutParentheses(text: string): string {
  const inner = /\([^()]*\)/g;
  const shorter = text.replace(inner, " ");
  return shorter === text ? text : withoutParentheses(shorter);
}

/** Splits the assignments of SET at commas outside of parentheses. */
function assignments(set: string): string[] {
  const found = [""];
  let depth = 0;
  for (const letter of set) {
    if (letter === "(") depth++;
    if (letter === ")") depth--;
    if (letter === "," && depth === 0) found.push("");
    else found[found.length - 1] += letter;
  }
  return found;
}

function hasClockBesideColumn(assignment: string): boolean {
  const value = assignment.slice(assignment.indexOf("=") + 1);
  return /\bnow\(/.test(value) && /[a-z_]/i.test(value.replace(CONSTANT, ""));
}
