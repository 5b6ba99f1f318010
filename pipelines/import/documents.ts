/** A file of the export as documents in the shape of Oura's API. */
import { findKnownType } from "../../lib/oura/catalog/index.ts";
import type { PipelineType } from "../../config/model.ts";
import type { Member } from "./archive.ts";
import { alignCells, cellValue, fileColumns } from "./cells.ts";
import { readCsv } from "./csv.ts";
import { RENAMED } from "./files.ts";

/** A row of a file. */
export interface FileDocument {
  /** Counts from 1, the header included. */
  readonly line: number;
  /** The document, with a field for each column; null where the cells cannot be told apart. */
  readonly document: Readonly<Record<string, unknown>> | null;
}

/** A file that was opened. */
export interface DocumentFile {
  /** The fields that its header names. All others are unknown, not null. */
  readonly fields: ReadonlySet<string>;
  readonly documents: AsyncIterable<FileDocument>;
}

/** Opens a file of a data type. */
export async function openDocuments(member: Member, type: PipelineType): Promise<DocumentFile> {
  const known = findKnownType(type.name)!;
  const { header, rows } = await readCsv(member.open());
  const columns = fileColumns(header, known.document, RENAMED[type.name]);
  const documents = async function* (): AsyncGenerator<FileDocument> {
    for await (const { line, cells } of rows) {
      const aligned = alignCells(columns, cells, type.key);
      if (aligned === null) {
        yield { line, document: null };
        continue;
      }
      const document: Record<string, unknown> = {};
      for (const [i, column] of columns.entries()) {
        document[column.name] = cellValue(column, aligned[i]!);
      }
      yield { line, document };
    }
  };
  return { fields: new Set(columns.map(({ name }) => name)), documents: documents() };
}

/** A sample without any value says nothing: it becomes no row. */
export function isEmptySample(
  { key }: PipelineType,
  document: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(document).every(([name, value]) => value === null || key.includes(name));
}
