/** Takes the documents of a file into a batch, as rows of their table. */
import type { PipelineType } from "../../../config/model.ts";
import { isPackable, PackedSamples } from "../../stages/samples/packed_samples.ts";
import type { Reject, Row, Transform } from "../../stages/transform.ts";
import { type FileDocument, isEmptySample } from "../file/documents.ts";

type Document = Readonly<Record<string, unknown>>;

/** A row that was read from a file. */
export interface ReadRow {
  readonly line: number;
  readonly document: Document;
  readonly row: Row;
  /** Which of its series cannot be read. */
  readonly unread: Reject | undefined;
}

/** A row of a file that does not fit. */
export interface Misfit {
  readonly line: number;
  readonly reject: Reject;
}

/** The rows of a file for one transaction. */
export interface RowBatch {
  /** Samples without an object for each, where the table allows it; then {@linkcode read} is empty. */
  readonly samples: LinedSamples | null;
  readonly read: ReadRow[];
  readonly misfits: Misfit[];
  /** Samples without any value. */
  empty: number;
  /** Documents that the archive has had before, with the same values. */
  repeated: number;
  /** Lines of the file, whatever became of them. */
  lines: number;
  /** Characters of their cells. */
  characters: number;
}

/**
 * A number for each document that was taken, by its key. The first document of a key is the one that
 * counts, wherever the others are: batches and files end anywhere, and an import may be cut off.
 */
export type TakenDocuments = Map<string, number>;

/** Makes batches, and takes documents into them. */
export interface RowReader {
  newBatch(): RowBatch;
  take(batch: RowBatch, document: FileDocument): void;
}

/**
 * Compiles the reader of a data type.
 * @param path The path of the file, for rejects.
 * @param packs Whether samples are packed. What the encoding of the database keeps out can only be
 *   told row by row.
 * @param taken Of the files before; grows.
 */
export function createRowReader(
  type: PipelineType,
  transform: Transform,
  path: string,
  packs: boolean,
  taken: TakenDocuments = new Map(),
): RowReader {
  const { table } = transform;
  const isPacked = packs && isPackable(table) && table.keepRaw;
  return {
    newBatch: () => ({
      samples: isPacked ? new LinedSamples(transform) : null,
      read: [],
      misfits: [],
      empty: 0,
      repeated: 0,
      lines: 0,
      characters: 0,
    }),
    take(batch, { line, size, document }) {
      batch.lines++;
      batch.characters += size;
      const misfit = (reject: Reject) => batch.misfits.push({ line, reject });
      if (document === null) {
        misfit({ ...MISALIGNED, document: { file_row: `${path} line ${line}` } });
      } else if (table.timeKeyed && isEmptySample(type, document)) batch.empty++;
      else if (!batch.samples?.pack(document, line)) {
        const outcome = transform(document);
        if ("reject" in outcome) misfit(outcome.reject);
        else if (batch.samples) batch.samples.push(outcome.row, line);
        else {
          const { row, unread } = outcome;
          const before = table.timeKeyed ? "none" : takenBefore(taken, row, document);
          if (before === "same") batch.repeated++;
          else if (before === "other") misfit({ ...REPEATED, key: row.key, document });
          else batch.read.push({ line, document, row, unread });
        }
      }
    },
  };
}

const MISFIT = { key: null, path: "", column: null, expected: null };
const MISALIGNED = { ...MISFIT, reason: "the row does not have the cells of the header" };
const REPEATED = {
  ...MISFIT,
  reason: "the archive has this document already, with other values",
};

/** Whether a document of this key was taken before; notes it if not. */
function takenBefore(
  taken: TakenDocuments,
  { key, rawText }: Row,
  document: Document,
): "none" | "same" | "other" {
  const hash = hashOf(rawText ?? JSON.stringify(document));
  const before = taken.get(key);
  if (before === undefined) taken.set(key, hash);
  return before === undefined ? "none" : before === hash ? "same" : "other";
}

/** FNV-1a with 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Packed samples, and the line of the file that each is from. */
export class LinedSamples {
  readonly rows: PackedSamples;
  readonly #lines: number[] = [];

  constructor(private readonly transform: Transform) {
    this.rows = new PackedSamples(transform.table);
  }

  /** Adds a plain sample; returns false for any other one. */
  pack(document: Document, line: number): boolean {
    if (!this.transform.pack?.(document, this.rows)) return false;
    this.#lines.push(line);
    return true;
  }

  /** Adds a row that the transform has made. */
  push(row: Row, line: number): void {
    this.#lines.splice(this.rows.push(row), 0, line);
  }

  /** The rows from one place up to but not including another, as they were read. */
  slice(from: number, to: number): ReadRow[] {
    return this.rows.slice(from, to).map((row, i) => ({
      line: this.#lines[from + i]!,
      document: JSON.parse(row.rawText!),
      row,
      unread: undefined,
    }));
  }
}
