/** Reads the documents of a data type: asked for, trimmed, freed of repeats, validated. */
import { fit, kindOf } from "../../values/column_type.ts";
import { PartialError } from "../../errors.ts";
import { DATA_TYPES, type DataTypeName, type DocumentOf } from "../catalog/index.ts";
import type { DataType } from "../catalog/data_type.ts";
import { compare, type KnownObject, knownObject, placeText } from "../catalog/differences.ts";
import type { OuraHttp } from "../http/http.ts";
import { pages, type RawDocument } from "../pages.ts";
import type { CallOptions } from "./methods.ts";
import { type Range, requestsFor } from "./requests.ts";

/** A document that cannot be used: no object, without its key, or without its day. */
export interface ValidationIssue {
  /** The data type that was asked for. */
  readonly dataType: DataTypeName;
  /** Where in the document, such as `contributors.deep_sleep`. */
  readonly path: string;
  /** What is wrong there, without the value. */
  readonly problem: string;
  /** As Oura sent it. */
  readonly document: unknown;
}

/** Oura sent a document that cannot be used, and no `onInvalid` was there to take it. */
export class InvalidDocumentError extends PartialError {
  /** @param misfit The first thing wrong with the document. */
  constructor(readonly misfit: ValidationIssue) {
    const { dataType, path, problem } = misfit;
    super("DOCUMENT_INVALID", `a ${dataType} document does not fit at ${path}: ${problem}`, {
      hint: "Pass `onInvalid` to receive such documents and to continue without them.",
    });
  }
}

/** Receives documents that cannot be used; they are skipped. */
export type MisfitHandler = (misfit: ValidationIssue) => void;

/** A field of a document that is missing, or not of the kind the catalog says. Never its value. */
export interface Difference {
  /** The data type that was asked for. */
  readonly dataType: DataTypeName;
  /** Where in the document, such as `contributors.deep_sleep`. */
  readonly path: string;
  /** The kind the catalog says, such as `a whole number`. */
  readonly expected: string;
  /** The kind that arrived; `nothing` where the field is missing. */
  readonly found: string;
}

/** Takes the differences of documents, which are yielded all the same. */
export type DifferenceHandler = (difference: Difference) => void;

/** What reading needs. */
export interface Source {
  readonly http: OuraHttp;
  /** @default Documents that do not fit are thrown as {@linkcode InvalidDocumentError}. */
  readonly onInvalid: MisfitHandler | undefined;
  readonly onDifference: DifferenceHandler | undefined;
}

/**
 * Yields the documents of a range page by page, oldest stretch first. Pages that hold nothing of it
 * are skipped.
 */
export async function* readPages<Name extends DataTypeName>(
  source: Source,
  name: Name,
  range: Range,
  { signal }: CallOptions = {},
): AsyncGenerator<DocumentOf<Name>[]> {
  const { http } = source;
  const type: DataType = DATA_TYPES[name];
  const { endpoint, envelope } = type;
  for (const request of requestsFor(type, range)) {
    const seen = new Set<string>();
    for await (const page of pages(http, { endpoint, envelope, bounds: request.bounds }, signal)) {
      const documents: DocumentOf<Name>[] = [];
      for (const raw of page) {
        if (isDocument(raw) && (!request.holds(raw) || !isNew(type, raw, seen))) continue;
        const document = validate(name, raw, source);
        if (document !== null) documents.push(document);
      }
      if (documents.length > 0) yield documents;
    }
  }
}

/**
 * A document as its type; null when it cannot be used and `onInvalid` took it. A field may be null,
 * missing or of another kind than its type says: Oura measured nothing, or changed its mind.
 * @throws {InvalidDocumentError} When it cannot be used and nothing takes it.
 */
export function validate<Name extends DataTypeName>(
  name: Name,
  document: unknown,
  { onInvalid, onDifference }: Pick<Source, "onInvalid" | "onDifference">,
): DocumentOf<Name> | null {
  const found = problemOf(DATA_TYPES[name], document);
  if (found === null) {
    if (onDifference) reportDifferences(name, document as RawDocument, onDifference);
    return document as DocumentOf<Name>;
  }
  const misfit: ValidationIssue = { dataType: name, ...found, document };
  if (onInvalid === undefined) throw new InvalidDocumentError(misfit);
  onInvalid(misfit);
  return null;
}

/** Why a document cannot be used; null when it can. */
function problemOf(
  type: DataType,
  document: unknown,
): Pick<ValidationIssue, "path" | "problem"> | null {
  if (!isDocument(document)) {
    return { path: "its top", problem: `${kindOf(document)} where a document belongs` };
  }
  const { day } = type;
  if (day !== undefined && !fit(document[day] ?? "", "date").ok) {
    return { path: day, problem: `${kindOf(document[day])} where a date belongs` };
  }
  const missing = type.key.find((field) => (document[field] ?? null) === null);
  if (missing === undefined || acceptsNothing(type, missing)) return null;
  return { path: missing, problem: "the document has no key" };
}

/** Whether documents may lack this part of their key; their day replaces it. */
function acceptsNothing({ document }: DataType, field: string): boolean {
  return document.shape[field]?.safeParse(undefined).success ?? false;
}

const SHAPES = new Map<DataTypeName, KnownObject>();

function reportDifferences(
  dataType: DataTypeName,
  document: RawDocument,
  onDifference: DifferenceHandler,
): void {
  let shape = SHAPES.get(dataType);
  if (!shape) SHAPES.set(dataType, shape = knownObject(DATA_TYPES[dataType].document));
  compare(document, shape, {
    unknown: () => {},
    different: (place, expected, value) =>
      onDifference({ dataType, path: placeText(place), expected, found: kindOf(value) }),
  });
}

/** `pages()` vouches for the list, not for what is in it. */
function isDocument(value: unknown): value is RawDocument {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Documents without a key (old cardiovascular ages have no `id`) are identified by their day, and
 * samples by all they hold: two rings can be read at one instant.
 */
function isNew(type: DataType, document: RawDocument, seen: Set<string>): boolean {
  if (type.key.includes("timestamp")) return isFirst(JSON.stringify(document), seen);
  const fields = type.key.every((field) => (document[field] ?? null) !== null) || !type.day
    ? type.key
    : [type.day];
  return isFirst(JSON.stringify(fields.map((field) => document[field])), seen);
}

function isFirst(key: string, seen: Set<string>): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}
