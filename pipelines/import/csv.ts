/**
 * The dialect of the export: UTF-8 with or without a mark, `;` or `,` or tabs, any line ends. A quote
 * opens a cell only as its first character, which reads both eras of the files: nested JSON bare in a
 * cell, until about March 2026, and quoted as RFC 4180 has it since then.
 */
import { Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";

/** A line of a file. */
export interface CsvRow {
  /** Counts from 1, the header included. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file's header and its rows. */
export interface CsvFile {
  /** Empty for an empty file. */
  readonly header: readonly string[];
  readonly rows: AsyncIterable<CsvRow>;
}

/** A record longer than this, in characters, is no record: an opened quote was never closed. */
const LONGEST_RECORD = 8_000_000;

/** Reads a file. */
export async function readCsv(bytes: ReadableStream<Uint8Array>): Promise<CsvFile> {
  const chunks = bytes.pipeThrough(
    new TextDecoderStream() as ReadableWritablePair<
      string,
      Uint8Array
    >,
  )[Symbol.asyncIterator]();
  let head = "";
  while (!head.includes("\n")) {
    const { done, value } = await chunks.next();
    if (done) break;
    head += value;
  }
  head = head.replace(/^\uFEFF/, "");
  let skipped = 0;
  if (/^sep=.\r?\n/.test(head)) {
    skipped = 1;
    head = head.slice(head.indexOf("\n") + 1);
  }
  const end = head.indexOf("\n");
  const first = end < 0 ? head : head.slice(0, end);
  const delimiter = [";", ",", "\t"].find((each) => first.includes(each)) ?? ";";
  const header = first.trim() === ""
    ? []
    : first.trim().split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  const rest = end < 0 ? "" : head.slice(end + 1);
  return { header, rows: rowsOf(chainOf(rest, chunks), delimiter, skipped + 1) };
}

async function* chainOf(first: string, chunks: AsyncIterator<string>) {
  try {
    yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

async function* rowsOf(
  text: AsyncIterable<string>,
  delimiter: string,
  before: number,
): AsyncGenerator<CsvRow> {
  const parser = parse({
    delimiter,
    record_delimiter: ["\r\n", "\n"],
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LONGEST_RECORD,
    info: true,
  });
  const overlong: number[] = [];
  parser.on("skip", (error: CsvError) => overlong.push(Number(error.lines ?? 0) + before));
  const source = Readable.from(text);
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  for await (const { record, info } of parser) {
    while (overlong.length > 0) yield { line: overlong.shift()!, cells: [] };
    if (record.every((cell: string) => cell === "")) continue;
    yield { line: info.lines + before, cells: record };
  }
  for (const line of overlong) yield { line, cells: [] };
}
