/**
 * Export: the tables as files. Everything is read in one read-only transaction, so that all files
 * show the same moment, and streamed: memory does not grow with the data.
 */
import { join } from "node:path";
import type { PipelineType } from "../../config/model.ts";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import {
  makePrivateDirectory,
  type WriteBytes,
  writeSafelyInPieces,
} from "../../lib/process/safe_file.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { type CsvOptions, csvPieces, dataDictionary } from "./csv_file.ts";
import {
  countWithoutDocument,
  documentTable,
  type ExportTable,
  type RowFilter,
  seriesTable,
} from "./export_table.ts";
import type { ExportFormat } from "./formats.ts";
import { ndjsonPieces } from "./ndjson_file.ts";
import { parquetPieces } from "./parquet_file.ts";

/** What is exported, and how. */
export interface ExportOptions extends CsvOptions {
  readonly format: ExportFormat;
  /** Data types as the tables have them; see `livePipeline`. */
  readonly types: readonly PipelineType[];
  readonly filter: RowFilter;
  readonly signal?: AbortSignal;
}

/** A file that was written. */
export interface ExportedFile {
  /** The table. */
  readonly name: string;
  readonly rows: number;
  /** Rows omitted from NDJSON, because their document was not kept. */
  readonly withoutDocument: number;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/**
 * Writes a file per data type and series into a directory, each whole or not at all, for its owner
 * only, and `data_dictionary.csv` beside CSV and Parquet.
 * @throws {UsageError} When the directory cannot be written.
 */
export async function exportToDirectory(
  db: Database,
  directory: string,
  options: ExportOptions,
): Promise<ExportedFile[]> {
  const { format, signal } = options;
  return await inSnapshot(db, async (tx) => {
    const files: ExportedFile[] = [];
    await writing(directory, () => makePrivateDirectory(directory));
    for (const { name, pieces, withoutDocument } of sourcesOf(tx, options, allTables)) {
      const path = join(directory, `${name}.${format}`);
      let sum = 0;
      const body = async (write: WriteBytes) => {
        for await (const { bytes, rows } of pieces) {
          signal?.throwIfAborted();
          await writing(path, () => write(bytes));
          sum += rows;
        }
      };
      await writeSafelyInPieces(path, body);
      files.push({ name, rows: sum, withoutDocument: await withoutDocument() });
    }
    if (format !== "ndjson") {
      const path = join(directory, "data_dictionary.csv");
      const text = dataDictionary(options.types.flatMap(allTables), options);
      await writing(
        path,
        () => writeSafelyInPieces(path, (write) => write(new TextEncoder().encode(text))),
      );
    }
    return files;
  });
}

/**
 * Writes what {@linkcode exportToDirectory} writes into one stream, without series (the documents of
 * NDJSON hold them) and without the dictionary. CSV and Parquet make one file, of one data type.
 * @param write Gets whole lines of CSV and NDJSON, and parts of a Parquet file.
 */
export async function exportToStream(
  db: Database,
  write: (bytes: Uint8Array) => void,
  options: ExportOptions,
): Promise<ExportedFile[]> {
  return await inSnapshot(db, async (tx) => {
    const files: ExportedFile[] = [];
    for (const { name, pieces, withoutDocument } of sourcesOf(tx, options, documentTables)) {
      let sum = 0;
      for await (const { bytes, rows } of pieces) {
        options.signal?.throwIfAborted();
        write(bytes);
        sum += rows;
      }
      files.push({ name, rows: sum, withoutDocument: await withoutDocument() });
    }
    return files;
  });
}

/** A read-only transaction that sees one moment, with the texts that the files have. */
function inSnapshot<T>(db: Database, body: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.exec(`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
      SET LOCAL cursor_tuple_fraction = 1;
      SET LOCAL TimeZone = 'UTC';
      SET LOCAL DateStyle = 'ISO, YMD';
      SET LOCAL IntervalStyle = 'iso_8601'`);
    return await body(tx);
  });
}

interface Source {
  readonly name: string;
  readonly pieces: AsyncIterable<Piece>;
  readonly withoutDocument: () => Promise<number>;
}

function* sourcesOf(
  tx: Transaction,
  options: ExportOptions,
  tablesOf: (type: PipelineType) => readonly ExportTable[],
): Generator<Source> {
  const { format, types, filter } = options;
  for (const type of types) {
    if (format === "ndjson") {
      yield {
        name: type.table,
        pieces: encoded(ndjsonPieces(tx, type, filter)),
        withoutDocument: () => countDocumentless(tx, type, filter),
      };
      continue;
    }
    for (const table of tablesOf(type)) {
      const pieces = format === "csv"
        ? encoded(csvPieces(tx, table, filter, options))
        : parquetPieces(tx, table, filter);
      yield { name: table.name, pieces, withoutDocument: () => Promise.resolve(0) };
    }
  }
}

const documentTables = (type: PipelineType) => [documentTable(type)];

function allTables(type: PipelineType): ExportTable[] {
  return [documentTable(type), ...type.series.map((series) => seriesTable(type, series))];
}

async function* encoded(
  pieces: AsyncIterable<{ text: string; rows: number }>,
): AsyncGenerator<Piece> {
  const encoder = new TextEncoder();
  for await (const { text, rows } of pieces) yield { bytes: encoder.encode(text), rows };
}

async function countDocumentless(
  tx: Transaction,
  type: PipelineType,
  filter: RowFilter,
): Promise<number> {
  const { sql, params } = countWithoutDocument(type, filter);
  return (await tx.query<{ count: number }>(sql, params)).rows[0]!.count;
}

async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new UsageError("EXPORT_UNWRITABLE", `cannot write ${path}: ${messageOf(cause)}`, {
      hint: "Choose another directory with --out, or make room on the disk.",
      cause,
    });
  }
}
