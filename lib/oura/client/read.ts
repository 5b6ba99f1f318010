/** Reads the documents of a data type: asked for, trimmed, freed of repeats, validated. */
import { EXIT, OuraSyncError } from "../../errors.ts";
import { DATA_TYPES, type DataTypeName, type DocumentOf } from "../catalog/index.ts";
import type { DataType } from "../catalog/data_type.ts";
import type { OuraHttp } from "../http.ts";
import { pages, type RawDocument } from "../pages.ts";
import type { CallOptions } from "./methods.ts";
import { type Range, requestsFor } from "./requests.ts";

/** A document that is not what the catalog says of its type. */
export interface Misfit {
  /** The data type that was asked for. */
  readonly dataType: DataTypeName;
  /** Where in the document, such as `contributors.deep_sleep`. */
  readonly path: string;
  /** What is wrong there, without the value. */
  readonly problem: string;
  /** As Oura sent it. */
  readonly document: unknown;
}

/** Oura sent a document whose type says otherwise, and no `onMisfit` was there to take it. */
export class MisfitError extends OuraSyncError {
  override readonly exitCode: number = EXIT.partial;

  /** @param misfit The first thing wrong with the document. */
  constructor(readonly misfit: Misfit) {
    const { dataType, path, problem } = misfit;
    super("DOCUMENT_MISFIT", `a ${dataType} document does not fit at ${path}: ${problem}`, {
      hint: "Pass `onMisfit` to be told of such documents and to go on without them.",
    });
  }
}

/** Takes documents that do not fit, which are left out then. */
export type MisfitHandler = (misfit: Misfit) => void;

/** What reading needs. */
export interface Source {
  readonly http: OuraHttp;
  /** @default Documents that do not fit are thrown as {@linkcode MisfitError}. */
  readonly onMisfit: MisfitHandler | undefined;
}

/**
 * Yields the documents of a range page by page, oldest stretch first. Pages that hold nothing of it
 * are left out.
 */
export async function* readPages<Name extends DataTypeName>(
  { http, onMisfit }: Source,
  name: Name,
  range: Range,
  { signal }: CallOptions = {},
): AsyncGenerator<DocumentOf<Name>[]> {
  const type: DataType = DATA_TYPES[name];
  const { endpoint, envelope } = type;
  for (const request of requestsFor(type, range)) {
    const seen = new Set<string>();
    for await (const page of pages(http, { endpoint, envelope, bounds: request.bounds }, signal)) {
      const documents: DocumentOf<Name>[] = [];
      for (const raw of page) {
        if (isDocument(raw) && (!request.holds(raw) || !isNew(type, raw, seen))) continue;
        const document = validate(name, raw, onMisfit);
        if (document !== null) documents.push(document);
      }
      if (documents.length > 0) yield documents;
    }
  }
}

/**
 * A document as its type; null when it does not fit and `onMisfit` took it.
 * @throws {MisfitError} When it does not fit and nobody takes it.
 */
export function validate<Name extends DataTypeName>(
  name: Name,
  document: unknown,
  onMisfit: MisfitHandler | undefined,
): DocumentOf<Name> | null {
  const parsed = DATA_TYPES[name].document.safeParse(document);
  if (parsed.success) return parsed.data as DocumentOf<Name>;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.join(".") || "its top";
  // zod's own message of a wrong type names the types, never the value.
  const misfit: Misfit = { dataType: name, path, problem: issue.message, document };
  if (onMisfit === undefined) throw new MisfitError(misfit);
  onMisfit(misfit);
  return null;
}

/** `pages()` vouches for the list, not for what is in it. */
function isDocument(value: unknown): value is RawDocument {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Documents without a key (old cardiovascular ages have no `id`) are told apart by their day. */
function isNew(type: DataType, document: RawDocument, seen: Set<string>): boolean {
  const fields = type.key.every((field) => (document[field] ?? null) !== null) || !type.day
    ? type.key
    : [type.day];
  const key = JSON.stringify(fields.map((field) => document[field]));
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}
