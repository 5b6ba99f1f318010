/**
 * Drift: fields that arrive and the catalog does not know. Oura adds some every few weeks; here they
 * are counted and shown with the line of YAML that would make a column of them. Never a value.
 */
import type { PipelineType } from "../config/model.ts";
import { z } from "zod";
import { type ColumnType, fit, kindOf } from "../lib/column_type.ts";
import { PartialError } from "../lib/errors.ts";
import { findDataType } from "../lib/oura/catalog/index.ts";
import { unwrap } from "../lib/oura/catalog/paths.ts";

/** A field the catalog does not know. */
export interface NewField {
  readonly dataType: string;
  /** Field names from the outside in, joined by dots; `[]` stands for the items of a list. */
  readonly path: string;
  /** Documents, or items of lists, that had it. */
  readonly count: number;
  /** What kind of JSON value it held, such as `a whole number`. */
  readonly shape: string;
  /** The line for `columns:` that would extract it; null inside lists, whose items have no path. */
  readonly yaml: string | null;
}

/** Watches the documents of one data type. */
export interface DriftWatch {
  /** Looks for unknown fields; a few map look-ups per document. */
  observe(document: unknown): void;
  /** What was found so far, the most frequent first. */
  found(): NewField[];
}

/** More than this of one type is not a new field but another kind of document. */
const MOST_FIELDS = 100;

/** What is known of an object's fields: null for a field that is not looked into. */
type Known = Map<string, Known | null>;

interface Finding {
  count: number;
  shape: string;
  type: ColumnType;
}

/**
 * Builds the watch of a data type. Fields that `oura.yaml` takes with `new_field` are known by that;
 * for endpoints that the catalog does not know there is nothing to compare with.
 */
export function watchDrift(type: PipelineType): DriftWatch {
  const document = findDataType(type.name)?.document;
  const known = document ? knownFields(document) : null;
  if (known) {
    for (const { path } of [...type.columns, ...type.series]) addDeclared(known, path);
  }
  const findings = new Map<string, Finding>();

  function walk(object: object, fields: Known, prefix: string): void {
    for (const name in object) {
      const value = (object as Record<string, unknown>)[name];
      const inner = fields.get(name);
      if (inner === undefined) note(prefix + name, value);
      else if (inner !== null && typeof value === "object" && value !== null) {
        if (!Array.isArray(value)) walk(value, inner, `${prefix}${name}.`);
        else for (const item of value) walkItem(item, inner, `${prefix}${name}[].`);
      }
    }
  }
  function walkItem(item: unknown, fields: Known, prefix: string): void {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return;
    walk(item, fields, prefix);
  }
  function note(path: string, value: unknown): void {
    const finding = findings.get(path);
    if (finding) {
      finding.count++;
      // A field that was null at first shows its kind later.
      if (finding.shape === "null" && value !== null) Object.assign(finding, describe(value));
    } else if (findings.size < MOST_FIELDS) {
      findings.set(path, { count: 1, ...describe(value) });
    }
  }

  return {
    observe(document) {
      if (known !== null) walkItem(document, known, "");
    },
    found: () =>
      [...findings].map(([path, { count, shape, type: column }]) => ({
        dataType: type.name,
        path,
        count,
        shape,
        yaml: path.includes("[]") ? null : yamlLine(path, column),
      })).sort((a, b) => b.count - a.count),
  };
}

/** Oura sends fields that the catalog does not know, and the configuration says `new_fields: fail`. */
export class NewFieldsError extends PartialError {
  constructor(dataType: string, fields: readonly NewField[]) {
    const names = fields.map(({ path, shape }) => `${path} (${shape})`).join(", ");
    super("NEW_FIELDS", `${dataType}: fields the catalog does not know: ${names}`, {
      hint: "The documents are loaded. Declare the fields under columns with new_field: true, or " +
        "set contract.new_fields to warn.",
    });
  }
}

function knownFields(object: z.ZodObject): Known {
  const known: Known = new Map();
  for (const [name, schema] of Object.entries(object.shape) as [string, z.ZodType][]) {
    known.set(name, innerFields(unwrap(schema).inner));
  }
  return known;
}

/** The fields of an object or of a list's items. */
function innerFields(schema: z.ZodType): Known | null {
  if (schema instanceof z.ZodObject) return knownFields(schema);
  if (!(schema instanceof z.ZodArray)) return null;
  const item = unwrap(schema.element as z.ZodType).inner;
  return item instanceof z.ZodObject ? knownFields(item) : null;
}

/** A declared path is known as far as it goes; what lies inside an unknown one is not looked into. */
function addDeclared(known: Known, path: readonly string[]): void {
  let fields = known;
  for (const [i, name] of path.entries()) {
    const inner = fields.get(name);
    if (inner === null) return;
    if (inner !== undefined) fields = inner;
    else if (i === path.length - 1) fields.set(name, null);
    else fields.set(name, fields = new Map());
  }
}

function describe(value: unknown): Pick<Finding, "shape" | "type"> {
  return { shape: kindOf(value), type: columnTypeOf(value) };
}

function columnTypeOf(value: unknown): ColumnType {
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "number":
      if (!Number.isInteger(value)) return "double precision";
      return fit(value, "integer").ok ? "integer" : "bigint";
    case "string":
      if (fit(value, "date").ok) return "date";
      return fit(value, "timestamptz").ok ? "timestamptz" : "text";
    default:
      return "jsonb";
  }
}

function yamlLine(path: string, type: ColumnType): string {
  const name = path.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase()
    .replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 60);
  return `${
    /^\d/.test(name) ? `_${name}` : name
  }: { path: ${path}, type: ${type}, new_field: true }`;
}
