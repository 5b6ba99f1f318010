/** The keys of `oura.yaml` as its grammar describes them. */
import { z } from "zod";
import { grammar } from "../../config/yaml/grammar.ts";
import { code, markdownTable } from "./blocks.ts";

type Json = {
  type?: string;
  description?: string;
  const?: unknown;
  enum?: readonly unknown[];
  pattern?: string;
  items?: Json;
  properties?: Readonly<Record<string, Json>>;
  required?: readonly string[];
  additionalProperties?: Json | boolean;
  anyOf?: readonly Json[];
};

/** What the validator takes where the file says nothing; a test holds them against it. */
export const DEFAULTS: Readonly<Record<string, string>> = {
  "destination.schema": "oura",
  "defaults.window.initial": "90d",
  "defaults.window.lookback": "7d",
  "defaults.window.late": "60d",
  "defaults.keep_raw": "true",
  "defaults.history": "true",
  "contract.new_fields": "warn",
  "contract.bad_rows": "quarantine",
  "contract.max_rejects": "1%",
  "retention.runs": "400d",
  "retention.revisions": "forever",
  "retention.events": "30d",
};

/** One row per key, from the outside in. */
export function grammarTable(): string {
  const schema = z.toJSONSchema(grammar, { io: "input", reused: "inline" }) as Json;
  const rows = [...walk(schema, "")].map(({ key, node, required }) => [
    code(key),
    valuesOf(node),
    DEFAULTS[key] === undefined ? (required ? "required" : "") : code(DEFAULTS[key]),
    node.description ?? "",
  ]);
  return markdownTable(["key", "value", "default", "meaning"], rows);
}

/** Every key of the grammar, `<type>` and the like standing for names one chooses. */
export function grammarKeys(): string[] {
  const schema = z.toJSONSchema(grammar, { io: "input", reused: "inline" }) as Json;
  return [...walk(schema, "")].map(({ key }) => key);
}

interface Entry {
  key: string;
  node: Json;
  required: boolean;
}

function* walk(schema: Json, prefix: string): Generator<Entry> {
  for (const branch of branchesOf(schema)) {
    for (const [name, node] of Object.entries(branch.properties ?? {})) {
      const key = prefix + name;
      yield { key, node, required: branch.required?.includes(name) ?? false };
      yield* walk(node, `${key}.`);
    }
    const named = branch.additionalProperties;
    if (typeof named !== "object" || prefix.endsWith("codes.")) continue;
    const placeholder = PLACEHOLDERS[prefix] ?? "<name>";
    yield* walk(named, `${prefix}${placeholder}.`);
  }
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "data_types.": "<type>",
  "data_types.<type>.columns.": "<column>",
  "data_types.<type>.series.": "<table>",
};

/** A union's branches; null, which stands for an empty section, is none. */
function branchesOf(schema: Json): Json[] {
  return (schema.anyOf ?? [schema]).filter(({ type }) => type !== "null").flatMap((branch) =>
    branch.anyOf ? branchesOf(branch) : [branch]
  );
}

function valuesOf(node: Json): string {
  return [...new Set(branchesOf(node).map(valueOf))].join(" or ");
}

function valueOf(node: Json): string {
  if (node.const !== undefined) return code(String(node.const));
  if (node.enum) return node.enum.map((value) => code(String(value))).join(", ");
  if (node.type === "object") return "mapping";
  if (node.type === "array") return "list";
  if (node.type === "boolean") return `${code("true")}, ${code("false")}`;
  return FORMS.find(({ sample }) => node.pattern && new RegExp(node.pattern).test(sample))?.text ??
    "text";
}

/** What a pattern means to a person, by a value that it takes and the patterns below it do not. */
const FORMS = [
  { sample: "contributors.deep_sleep", text: "path in the document: `contributors.deep_sleep`" },
  { sample: "forever", text: "days, weeks or years: `90d`, `12w`, `2y`; or `forever`" },
  { sample: "90d", text: "days, weeks or years: `90d`, `12w`, `2y`" },
  { sample: "30s", text: "seconds, minutes or hours: `30s`, `5m`, `1h`" },
  { sample: "0.5%", text: "percentage: `1%`, `0.5%`" },
  { sample: "/v2/usercollection/meal", text: "path of a route: `/v2/usercollection/meal`" },
];
