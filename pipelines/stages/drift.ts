/**
 * Drift: in what the documents that arrive differ from the catalog. Fields it does not know are
 * shown with the line of YAML that makes a column of them; fields that are missing or of another
 * kind are shown with both kinds. Never a value.
 */
import type { PipelineType } from "../../config/model.ts";
import { type ColumnType, kindOf } from "../../lib/values/column_type.ts";
import { PartialError } from "../../lib/errors.ts";
import {
  anyField,
  compare,
  type DifferenceVisitor,
  type FieldPlace,
  type KnownField,
  type KnownObject,
  knownObject,
  LIST_ITEM,
  placeText,
} from "../../lib/oura/catalog/differences.ts";
import { findDataType } from "../../lib/oura/catalog/index.ts";
import { columnTypeOf, suggestedLine, takenNames, widerType } from "./suggested_column.ts";

/** A field the catalog does not know. */
export interface NewField {
  readonly dataType: string;
  /** As `oura.yaml` writes it; `[]` stands for the items of a list. */
  readonly path: string;
  /** Documents, or items of lists, that had it. */
  readonly count: number;
  /** What kind of JSON value it held, such as `a whole number`. */
  readonly shape: string;
  /** The line for `columns:` that extracts it; null inside lists, whose items have no path. */
  readonly yaml: string | null;
}

/** A field that is missing, or not of the kind the catalog says. */
export interface ChangedField {
  readonly dataType: string;
  /** As in {@linkcode NewField}. */
  readonly path: string;
  /** Documents, or items of lists, of which this is true. */
  readonly count: number;
  /** The kind the catalog says, such as `a date`. */
  readonly expected: string;
  /** The kind that arrived; `nothing` where the field is missing. */
  readonly found: string;
}

/** Watches the documents of one data type. */
export interface DriftWatch {
  /** Compares a document with the catalog; a few map look-ups per document. */
  observe(document: unknown): void;
  /** The new fields so far, the most frequent first. */
  found(): NewField[];
  /** The changed fields so far, the most frequent first. */
  changed(): ChangedField[];
}

/** More than this of one type is not a new field but another kind of document. */
const MOST_FIELDS = 100;

interface NewFinding {
  readonly place: FieldPlace;
  count: number;
  shape: string;
  /** Null while only null has arrived. */
  type: ColumnType | null;
}

/**
 * Builds the watch of a data type. Fields that `oura.yaml` takes with `new_field` are known by that;
 * for endpoints that the catalog does not know there is nothing to compare with.
 */
export function watchDrift(type: PipelineType): DriftWatch {
  const schema = findDataType(type.name)?.document;
  const known = schema ? knownObject(schema) : null;
  if (known) {
    for (const { path } of [...type.columns, ...type.series]) addDeclared(known, path);
  }
  const added = new Map<string, NewFinding>();
  const changed = new Map<string, ChangedField & { count: number }>();
  const visitor: DifferenceVisitor = {
    unknown(place, value) {
      const path = placeText(place);
      const finding = added.get(path);
      if (finding) noteAgain(finding, value);
      else if (added.size < MOST_FIELDS) {
        const valueType = value === null ? null : columnTypeOf(value);
        added.set(path, { place, count: 1, shape: kindOf(value), type: valueType });
      }
    },
    different(place, expected, value) {
      const path = placeText(place);
      const found = kindOf(value);
      const finding = changed.get(`${path}\0${found}`);
      if (finding) finding.count++;
      else if (changed.size < MOST_FIELDS) {
        const difference = { dataType: type.name, path, count: 1, expected, found };
        changed.set(`${path}\0${found}`, difference);
      }
    },
  };

  return {
    observe(document) {
      if (known === null || typeof document !== "object" || document === null) return;
      if (!Array.isArray(document)) compare(document, known, visitor);
    },
    found() {
      const taken = takenNames(type);
      return [...added].toSorted(([, a], [, b]) => b.count - a.count)
        .map(([path, { place, count, shape, type: column }]) => ({
          dataType: type.name,
          path,
          count,
          shape,
          yaml: place.includes(LIST_ITEM) ? null : suggestedLine(place, column ?? "jsonb", taken),
        }));
    },
    changed: () => [...changed.values()].toSorted((a, b) => b.count - a.count),
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

/** A field that was null at first shows its kind later; a column must hold every value so far. */
function noteAgain(finding: NewFinding, value: unknown): void {
  finding.count++;
  if (value === null) return;
  const valueType = columnTypeOf(value);
  const type = finding.type === null ? valueType : widerType(finding.type, valueType);
  if (type === finding.type) return;
  finding.type = type;
  finding.shape = kindOf(value);
}

/** A declared path is known as far as it goes; what is inside an unknown one is not looked into. */
function addDeclared(known: KnownObject, path: readonly string[]): void {
  let object: KnownObject | null = known;
  for (const [i, name] of path.entries()) {
    const field: KnownField | undefined = object.fields.get(name);
    if (field === undefined) {
      const place = path.slice(0, i + 1);
      const inner: KnownObject | null = i === path.length - 1
        ? null
        : { fields: new Map(), required: 0 };
      object.fields.set(name, anyField(place, inner));
      object = inner;
    } else object = field.inner;
    if (object === null) return;
  }
}
