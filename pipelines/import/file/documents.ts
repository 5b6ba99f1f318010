/** A file of the export as documents in the shape of Oura's API. */
import { findKnownType } from "../../../lib/oura/catalog/index.ts";
import type { PipelineType } from "../../../config/model.ts";
import type { Member } from "../files.ts";
import { alignCells, type FileColumn, fileColumns } from "./cells.ts";
import { readCsv } from "./csv.ts";
import type { CsvRow } from "./csv_records.ts";
import { RENAMED } from "../files.ts";

/** A row of a file. */
export interface FileDocument {
  /** Counts from 1, the header included. */
  readonly line: number;
  /** Characters of its cells. */
  readonly size: number;
  /** The document, with a field for each column; null where the cells cannot be told apart. */
  readonly document: Readonly<Record<string, unknown>> | null;
}

/** A file that was opened. */
export interface DocumentFile {
  /** The fields that its header names. All others are unknown, not null. */
  readonly fields: ReadonlySet<string>;
  /** In blocks, as the file is read. */
  readonly rows: AsyncIterable<readonly CsvRow[]>;
  /** The document of a row. One by one: objects that live as long as a block cost more to collect. */
  readonly read: (row: CsvRow) => FileDocument;
}

/** Opens a file of a data type. */
export async function openDocuments(member: Member, type: PipelineType): Promise<DocumentFile> {
  const known = findKnownType(type.name)!;
  const { header, rows } = await readCsv(member.open());
  const columns = fileColumns(header, known.document, RENAMED[type.name]);
  const read = ({ line, cells }: CsvRow): FileDocument => {
    let size = 0;
    for (const cell of cells) size += cell.length;
    const aligned = alignCells(columns, cells, type.key);
    return { line, size, document: aligned && documentOf(columns, aligned) };
  };
  return {
    fields: new Set(columns.filter(({ isField }) => isField).map(({ name }) => name)),
    rows,
    read,
  };
}

function documentOf(
  columns: readonly FileColumn[],
  cells: readonly string[],
): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) {
    const { name, isField, read } = columns[i]!;
    if (isField) document[name] = read(cells[i]!);
  }
  return document;
}

/** A sample without any value says nothing: it becomes no row. */
export function isEmptySample(
  { key }: PipelineType,
  document: Readonly<Record<string, unknown>>,
): boolean {
  for (const name in document) {
    if (document[name] !== null && !key.includes(name)) return false;
  }
  return true;
}
