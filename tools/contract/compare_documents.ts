/** Holds a document of the catalog against the schema in Oura's export, field by field. */
import type { DataType } from "../../lib/oura/catalog/data_type.ts";
import { shapeOfField } from "./catalog_shape.ts";
import type { Finding, FindingKind } from "./finding.ts";
import type { OpenApi } from "./openapi.ts";
import { describe, type Kind, type Shape, within } from "./shape.ts";
import { shapeOfComponent } from "./spec_shape.ts";

/** Every finding on the fields of a data type's documents, nested ones included. */
export function compareDocuments(spec: OpenApi, dataType: DataType): Finding[] {
  const exported = shapeOfComponent(spec, dataType.openapiSchema);
  if (!exported) {
    const message = `the export has no schema ${dataType.openapiSchema}`;
    return [{ verdict: "difference", kind: "schema", where: dataType.name, message }];
  }
  return [...compare(dataType.name, shapeOfField(dataType.document), exported)];
}

function* compare(where: string, own: Shape, exported: Shape): Generator<Finding> {
  const deviations = [...deviationsOf(own, exported)];
  for (const { kind, message, moreLenient } of deviations) {
    yield moreLenient && own.lenient !== undefined
      ? { verdict: "accepted", kind, where, message: `${message}: ${own.lenient}` }
      : { verdict: "difference", kind, where, message };
  }
  if (own.lenient !== undefined && !deviations.some(({ moreLenient }) => moreLenient)) {
    const message = "the catalog gives a reason to be lenient, but the export is no stricter";
    yield { verdict: "difference", kind: "lenience", where, message };
  }
  yield* compareValues(where, own, exported);
  if (own.fields && exported.fields) yield* compareFields(where, own.fields, exported.fields);
  if (own.items && exported.items) yield* compare(`${where}[]`, own.items, exported.items);
}

interface Deviation {
  kind: FindingKind;
  message: string;
  /** Whether the catalog accepts everything the export allows, and more. */
  moreLenient: boolean;
}

function* deviationsOf(own: Shape, exported: Shape): Generator<Deviation> {
  if (!isSameKind(own.kind, exported.kind)) {
    yield {
      kind: "type",
      message: `catalog ${own.kind}, export ${exported.kind}`,
      moreLenient: isWider(own.kind, exported.kind),
    };
  }
  if (own.nullable !== exported.nullable) {
    yield {
      kind: "nullability",
      message: own.nullable
        ? "the catalog accepts null, the export does not"
        : "the export allows null, the catalog does not",
      moreLenient: own.nullable,
    };
  }
  if (own.required !== exported.required) {
    yield {
      kind: "required",
      message: own.required
        ? "the catalog requires it, the export does not"
        : "the export requires it, the catalog does not",
      moreLenient: !own.required,
    };
  }
}

/** The catalog reads every date and time alike, with an offset or without. */
function isSameKind(own: Kind, exported: Kind): boolean {
  return own === exported || (own === "datetime" && exported === "zoned datetime");
}

function isWider(own: Kind, exported: Kind): boolean {
  if (own === "number") return exported === "integer";
  return own === "text" && ["date", "datetime", "zoned datetime"].includes(exported);
}

function* compareValues(where: string, own: Shape, exported: Shape): Generator<Finding> {
  if (own.values === undefined && exported.values === undefined) return;
  if (own.values === undefined || exported.values === undefined) {
    const message = own.values
      ? "the catalog lists known values, the export allows any text"
      : "the export lists values, the catalog does not";
    yield { verdict: "difference", kind: "values", where, message };
    return;
  }
  const unknown = exported.values.filter((value) => !own.values?.includes(value));
  if (unknown.length > 0) {
    const message = `the catalog does not know ${unknown.join(", ")}`;
    yield { verdict: "difference", kind: "values", where, message };
  }
  const newer = own.values.filter((value) => !exported.values?.includes(value));
  if (newer.length > 0) {
    const message = `the export does not know ${newer.join(", ")}`;
    yield { verdict: "newer", kind: "values", where, message };
  }
}

function* compareFields(
  parent: string,
  own: ReadonlyMap<string, Shape>,
  exported: ReadonlyMap<string, Shape>,
): Generator<Finding> {
  for (const [name, shape] of exported) {
    const where = within(parent, name);
    const counterpart = own.get(name);
    if (counterpart) {
      yield* compare(where, counterpart, shape);
    } else {
      const message = `missing in the catalog (export: ${describe(shape)})`;
      yield { verdict: "difference", kind: "field", where, message };
    }
  }
  for (const [name, shape] of own) {
    if (exported.has(name)) continue;
    const where = within(parent, name);
    yield shape.lenient !== undefined && !shape.required
      ? {
        verdict: "accepted",
        kind: "field",
        where,
        message: `not in the export: ${shape.lenient}`,
      }
      : { verdict: "difference", kind: "field", where, message: "not in the export" };
  }
}
