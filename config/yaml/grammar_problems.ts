import type { z } from "zod";
import type { Path, Report } from "./problem.ts";
import { quote } from "./problem.ts";
import { didYouMean } from "./suggest.ts";

/** SQL and other names people write for our column types. */
const TYPE_SYNONYMS: Readonly<Record<string, string>> = {
  bool: "boolean",
  char: "text",
  datetime: "timestamptz",
  decimal: "numeric",
  float: "double precision",
  double: "double precision",
  float4: "real",
  float8: "double precision",
  int: "integer",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  json: "jsonb",
  number: "double precision",
  string: "text",
  "timestamp": "timestamptz",
  "timestamp with time zone": "timestamptz",
  varchar: "text",
};

type Issue = z.core.$ZodIssue;

/** Parses the valid parts of `value`; invalid parts are reported and skipped. */
export type PartialParse<T> = { readonly value: T | undefined; readonly wrong: readonly Path[] };

/** zod compiles a schema at its first use, which takes longer than reading one file without. */
const READ_ONCE = { jitless: true };

/**
 * Parses with a zod schema and reports what is wrong with lines a person understands. The wrong
 * parts are cut out of `value` and the rest is parsed again, so that mistakes further on, which
 * only the catalog can see, are reported in the same go.
 * @param standIns Top-level values to use where they were invalid or missing.
 */
export function parsePartially<S extends z.ZodType>(
  schema: S,
  value: Record<string, unknown>,
  report: Report,
  standIns: Readonly<Record<string, unknown>>,
): PartialParse<z.output<S>> {
  const wrong: Path[] = [];
  const result = schema.safeParse(value, READ_ONCE);
  if (result.success) return { value: result.data, wrong };
  for (const issue of result.error.issues.flatMap((issue) => explain(issue, []))) {
    report(issue.path, messageOf(issue, value));
    wrong.push(issue.path);
  }
  for (const path of wrong) cut(value, path);
  const rest = schema.safeParse({ ...standIns, ...value }, READ_ONCE);
  return { value: rest.success ? rest.data : undefined, wrong };
}

interface Explained {
  readonly path: Path;
  readonly issue: Issue;
  /** For an unknown key: the keys that are known there. */
  readonly known?: readonly string[];
}

/** One issue of zod as one or more mistakes, each at the key it belongs to. */
function explain(issue: Issue, base: Path): Explained[] {
  const path = [...base, ...issue.path.map(String)];
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split(", ");
    return issue.keys.map((key) => ({ path: [...path, key], issue, known }));
  }
  if (issue.code === "invalid_union") {
    // The form a person chose is the one whose outermost type fits; its issues say more.
    const chosen = issue.errors.find((issues) =>
      issues.every((inner) => inner.code !== "invalid_type" || inner.path.length > 0)
    );
    if (chosen) return chosen.flatMap((inner) => explain(inner, path));
  }
  if (issue.code === "invalid_key") {
    return [{ path, issue: issue.issues[0] ?? issue }];
  }
  return [{ path, issue }];
}

function messageOf({ path, issue, known }: Explained, root: unknown): string {
  const key = path.at(-1) ?? "";
  if (known) {
    const hint = didYouMean(key, known);
    return `unknown key ${quote(key)}${hint === "" ? `; known here: ${known.join(", ")}` : hint}`;
  }
  const value = valueAt(root, path);
  if (value === undefined && issue.code !== "invalid_key") return `missing; ${issue.message}`;
  if (issue.code === "invalid_value" && issue.values.length > 1) {
    const values = issue.values.map(String);
    if (!isScalar(value)) return `must be one of ${values.join(", ")}`;
    const word = String(value).toLowerCase();
    const synonym = Object.hasOwn(TYPE_SYNONYMS, word) ? TYPE_SYNONYMS[word]! : undefined;
    const hint = synonym !== undefined && values.includes(synonym)
      ? `; did you mean "${synonym}"?`
      : didYouMean(word, values);
    return `${quote(value)} is not one of ${values.join(", ")}${hint}`;
  }
  return typeof value === "string" && issue.code !== "custom"
    ? `${quote(value)}: ${issue.message}`
    : issue.message;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}

/** Removes the entry at `path`; where it is missing, the entry that should have held it. */
function cut(root: unknown, path: Path): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (key === undefined || typeof parent !== "object" || parent === null) return;
  if (Array.isArray(parent)) cut(root, path.slice(0, -1));
  else if (key in parent) delete (parent as Record<string, unknown>)[key];
  else if (path.length > 1) cut(root, path.slice(0, -1));
}
