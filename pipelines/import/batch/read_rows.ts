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
  /** Lines of the file, whatever became of them. */
  lines: number;
  /** Characters of their cells. */
  characters: number;
}

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
 */
export function createRowReader(
  type: PipelineType,
  transform: Transform,
  path: string,
  packs: boolean,
): RowReader {
  const { table } = transform;
  const isPacked = packs && isPackable(table) && table.keepRaw;
  return {
    newBatch: () => ({
      samples: isPacked ? new LinedSamples(transform) : null,
      read: [],
      misfits: [],
      empty: 0,
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
        else batch.read.push({ line, document, row: outcome.row, unread: outcome.unread });
      }
    },
  };
}

const MISALIGNED = {
  key: null,
  path: "",
  column: null,
  expected: null,
  reason: "the row does not have the cells of the header",
};

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
