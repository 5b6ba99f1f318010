/** Cuts text that arrives in pieces into rows, and rows into cells. */

/** A line of a file. */
export interface CsvRow {
  /** Counts from 1, the header included; the first line of a row that has several. */
  readonly line: number;
  /** Empty where the row is too long to be read. */
  readonly cells: readonly string[];
}

/**
 * A row longer than this, in characters, is none: a line break is missing. The longest cells that
 * Oura writes, of activity by the minute, have 9,000.
 */
const LONGEST_ROW = 4_000_000;

const QUOTE = '"';

/** Where a row ends: before `end`, and the next one begins at `next`. */
interface Cut {
  readonly cells: string[];
  readonly next: number;
}

/** Reads the rows of one file, piece by piece. */
export class RecordReader {
  readonly #delimiter: string;
  #line: number;
  /** What is not read yet: less than a row, between two pieces. */
  #text = "";
  /** Whether the rest of a row that is too long is being left out. */
  #skipping = false;

  /** @param line Number of the first row's line. */
  constructor(delimiter: string, line: number) {
    this.#delimiter = delimiter;
    this.#line = line;
  }

  /** The rows that end within this piece. */
  read(piece: string): CsvRow[] {
    return this.#rows(this.#text + piece, false);
  }

  /** The last row, where the file does not end with a line break. */
  end(): CsvRow[] {
    return this.#rows(this.#text, true);
  }

  #rows(text: string, isEnd: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    let at = this.#skipping ? this.#skip(text) : 0;
    // Rows before it have no quoted cell, and are simply split.
    let quote = text.indexOf(QUOTE, at);
    while (at < text.length) {
      const feed = text.indexOf("\n", at);
      const end = feed < 0 ? text.length : feed;
      if (quote >= 0 && quote < at) quote = text.indexOf(QUOTE, at);
      if (feed < 0 && !isEnd && text.length - at <= LONGEST_ROW) break;
      if (end - at > LONGEST_ROW) {
        rows.push({ line: this.#line, cells: [] });
        this.#skipping = true;
        at = this.#skip(text, at);
        continue;
      }
      const hasQuote = quote >= 0 && quote < end;
      const cut = hasQuote ? this.#cutQuoted(text, at, isEnd) : this.#cut(text, at, end);
      if (cut === null) break;
      if (cut.cells.some((cell) => cell.trim() !== "")) {
        rows.push({ line: this.#line, cells: cut.cells });
      }
      this.#line += cut.next <= end + 1 ? 1 : lineBreaks(text, at, cut.next);
      at = cut.next;
    }
    this.#text = text.slice(at);
    return rows;
  }

  /** @returns Where the row after the one that is too long begins. */
  #skip(text: string, at = 0): number {
    const feed = text.indexOf("\n", at);
    if (feed < 0) return text.length;
    this.#skipping = false;
    this.#line++;
    return feed + 1;
  }

  #cut(text: string, at: number, end: number): Cut {
    const last = end > at && text[end - 1] === "\r" ? end - 1 : end;
    return { cells: text.slice(at, last).split(this.#delimiter), next: end + 1 };
  }

  /** A row with a quote somewhere; null when its end has not arrived yet. */
  #cutQuoted(text: string, at: number, isEnd: boolean): Cut | null {
    const cells: string[] = [];
    // A quote that is not closed within a row's length is none.
    const isWhole = isEnd || text.length - at > LONGEST_ROW;
    for (let from = at;;) {
      let cell = text[from] === QUOTE ? quotedCell(text, from, this.#delimiter, isWhole) : "plain";
      if (cell === "incomplete") return null;
      if (cell === "plain") cell = plainCell(text, from, this.#delimiter);
      if (!isWhole && mayGoOn(text, cell.end)) return null;
      cells.push(cell.value);
      if (text[cell.end] !== this.#delimiter) return { cells, next: afterBreak(text, cell.end) };
      from = cell.end + 1;
    }
  }
}

/** The cells of a line without its break. */
export function cellsOfLine(line: string, delimiter: string): readonly string[] {
  return new RecordReader(delimiter, 1).read(`${line}\n`)[0]?.cells ?? [];
}

/** A cell, and the place of what ends it: a delimiter, a line break or the end of the text. */
interface Cell {
  readonly value: string;
  readonly end: number;
}

function plainCell(text: string, from: number, delimiter: string): Cell {
  const feed = text.indexOf("\n", from);
  const stop = feed < 0 ? text.length : feed;
  const found = text.indexOf(delimiter, from);
  if (found >= 0 && found < stop) return { value: text.slice(from, found), end: found };
  const end = stop > from && text[stop - 1] === "\r" ? stop - 1 : stop;
  return { value: text.slice(from, end), end };
}

/**
 * A cell that begins with a quote. It is plain where the quote that should close it is followed by
 * anything but the end of the cell.
 */
function quotedCell(
  text: string,
  from: number,
  delimiter: string,
  isWhole: boolean,
): Cell | "plain" | "incomplete" {
  let value = "";
  for (let start = from + 1;;) {
    const quote = text.indexOf(QUOTE, start);
    if (quote < 0 || quote - from > LONGEST_ROW) return isWhole ? "plain" : "incomplete";
    // The piece ends where it cannot be told yet whether the quote is doubled, or the break is one.
    if (quote + 2 >= text.length && !isWhole) return "incomplete";
    value += text.slice(start, quote);
    const next = text[quote + 1];
    if (next === QUOTE) {
      value += QUOTE;
      start = quote + 2;
      continue;
    }
    const isEnd = next === undefined || next === delimiter || next === "\n" ||
      (next === "\r" && (text[quote + 2] === "\n" || text[quote + 2] === undefined));
    return isEnd ? { value, end: quote + 1 } : "plain";
  }
}

/** Whether the next piece decides if a cell ends here: the text does, or a `\r` that may be plain. */
function mayGoOn(text: string, end: number): boolean {
  return end >= text.length || (text[end] === "\r" && end + 1 >= text.length);
}

function afterBreak(text: string, end: number): number {
  return text[end] === "\r" ? end + 2 : end + 1;
}

function lineBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) {
    count++;
  }
  return count;
}
