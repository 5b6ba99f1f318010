/**
 * The dialect of the export: UTF-8 with or without a mark, `;` or `,` or tabs, any line ends. A quote
 * opens a cell only as its first character, which reads both eras of the files: nested JSON bare in a
 * cell, until about March 2026, and quoted as RFC 4180 has it since then.
 */
import { cellsOfLine, type CsvRow, RecordReader } from "./csv_records.ts";

/** A file's header and its rows. */
export interface CsvFile {
  /** Empty for an empty file. */
  readonly header: readonly string[];
  /** In blocks, because asking for each of millions of rows costs more than reading it. */
  readonly rows: AsyncIterable<readonly CsvRow[]>;
}

/** A header longer than this, in characters, is none. */
const LONGEST_HEADER = 1_000_000;

/** Reads a file. */
export async function readCsv(bytes: ReadableStream<Uint8Array>): Promise<CsvFile> {
  const chunks = withLineFeeds(bytes.pipeThrough(
    new TextDecoderStream() as ReadableWritablePair<
      string,
      Uint8Array
    >,
  ));
  let head = "";
  let line = 1;
  for (let ended = false; !ended && !head.includes("\n") && head.length < LONGEST_HEADER;) {
    const { done, value } = await chunks.next();
    ended = done ?? false;
    head += value ?? "";
    const hint = /^\uFEFF?sep=.\r?\n/.exec(head);
    if (hint === null) continue;
    head = head.slice(hint[0].length);
    line++;
  }
  head = head.replace(/^\uFEFF/, "");
  const end = head.indexOf("\n");
  const first = (end < 0 ? head : head.slice(0, end)).trim();
  const delimiter = [";", ",", "\t"].find((each) => first.includes(each)) ?? ";";
  const header = first === ""
    ? []
    : first.split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  const rest = end < 0 ? "" : head.slice(end + 1);
  const rows = rowsOf(rest, chunks, new RecordReader(delimiter, line + 1));
  const cells = header.length > 1 ? unwrapped(rows, delimiter) : rows;
  return { header, rows: withoutHeaders(cells, header) };
}

/** The text with `\n` for every `\r`, where its first line shows that nothing else ends its lines. */
async function* withLineFeeds(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let ends: "unknown" | "\n" | "\r" = "unknown";
  let held = "";
  for await (const chunk of chunks) {
    if (ends === "\n") {
      yield chunk;
      continue;
    }
    const text = held + chunk;
    held = "";
    if (ends === "unknown") ends = endsOf(text);
    if (ends === "unknown" && text.length < LONGEST_HEADER) held = text;
    else yield ends === "\r" ? text.replaceAll("\r", "\n") : text;
  }
  if (held !== "") yield held.replaceAll("\r", "\n");
}

/** What ends the first line; unknown where a `\r` is the last character of the text. */
function endsOf(text: string): "unknown" | "\n" | "\r" {
  const end = /\r\n|\n|\r(?=.)/s.exec(text)?.[0];
  return end === undefined ? "unknown" : end === "\r" ? "\r" : "\n";
}

/** The rows without those that repeat the header, as files that were joined have. */
async function* withoutHeaders(
  blocks: AsyncIterable<readonly CsvRow[]>,
  header: readonly string[],
): AsyncGenerator<readonly CsvRow[]> {
  const isHeader = ({ cells }: CsvRow) =>
    cells.length === header.length && cells.at(-1)!.includes(header.at(-1)!) &&
    cells.every((cell, i) => cell.replace(/^\uFEFF/, "").trim() === header[i]);
  for await (const rows of blocks) {
    yield rows.some(isHeader) ? rows.filter((row) => !isHeader(row)) : rows;
  }
}

/** A line that stands whole in quotes, as some exports are said to hold: its only cell is the line. */
async function* unwrapped(
  blocks: AsyncIterable<readonly CsvRow[]>,
  delimiter: string,
): AsyncGenerator<readonly CsvRow[]> {
  for await (const rows of blocks) {
    const isWrapped = ({ cells }: CsvRow) => cells.length === 1 && cells[0]!.includes(delimiter);
    yield rows.some(isWrapped)
      ? rows.map((row) =>
        isWrapped(row) ? { line: row.line, cells: cellsOfLine(row.cells[0]!, delimiter) } : row
      )
      : rows;
  }
}

async function* rowsOf(
  first: string,
  chunks: AsyncIterator<string>,
  reader: RecordReader,
): AsyncGenerator<readonly CsvRow[]> {
  try {
    for (let next = { done: false, value: first }; !next.done; next = await nextOf(chunks)) {
      const rows = reader.read(next.value);
      if (rows.length > 0) yield rows;
    }
    const rows = reader.end();
    if (rows.length > 0) yield rows;
  } finally {
    await chunks.return?.();
  }
}

async function nextOf(chunks: AsyncIterator<string>): Promise<{ done: boolean; value: string }> {
  const { done, value } = await chunks.next();
  return { done: done ?? false, value: value ?? "" };
}
