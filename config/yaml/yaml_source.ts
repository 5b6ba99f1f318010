import { LineCounter, parseDocument } from "yaml";
import type { Path, Problem } from "./problem.ts";
import { NodeReader, type Place, Refused, TOP } from "./yaml_nodes.ts";

/** Bytes of a configuration file that are still read: the shipped one has a few thousand. */
export const LARGEST_FILE = 256 * 1024;

const MOST_SYNTAX_ERRORS = 10;

/** A YAML text read into plain values, each of which can be found again in the text. */
export interface YamlSource {
  /** Plain objects without a prototype, arrays and scalars; aliases and merge keys resolved. */
  readonly value: unknown;
  /** What is wrong with the text itself. */
  readonly problems: readonly Problem[];
  /** The position of the key at `path`; for a path that is not in the text, of its nearest ancestor. */
  place(path: Path): Place;
}

/**
 * Reads one YAML document. Never throws: a text that is not YAML, too large, too deep or a bomb of
 * aliases gives problems. Where only keys are repeated the value is still usable.
 */
export function readYaml(text: string): YamlSource {
  if (text.length > LARGEST_FILE) return failed(TOP, tooLarge());
  const odd = oddIndentation(text);
  if (odd.length > 0) return { value: undefined, problems: odd, place: () => TOP };
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ""), {
    lineCounter: lines,
    prettyErrors: false,
    // Whatever the file's %YAML line says: by YAML 1.1 names such as `on` and `no` are booleans.
    schema: "core",
    // Repeated keys are found by the reader, which can say which key and where it stood before.
    uniqueKeys: false,
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0) {
    const problems = syntax.slice(0, MOST_SYNTAX_ERRORS).map((error) => ({
      ...at(error.pos[0]),
      path: [],
      message: syntaxMessage(error.code, error.message),
    }));
    return { value: undefined, problems, place: () => TOP };
  }
  const reader = new NodeReader(at);
  try {
    const value = reader.read(document.contents, []);
    return { value, problems: reader.problems, place: (path) => reader.place(path) };
  } catch (error) {
    if (error instanceof Refused) return failed(error.place, error.message);
    throw error;
  }
}

/** Characters that look like spaces, but that YAML takes for a part of a name. */
const ODD_BLANK = /^[ \t]*([\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000])/;

/** Lines that are indented with other blanks than spaces, as text copied from a web page often is. */
function oddIndentation(text: string): Problem[] {
  return text.split("\n").flatMap((line, i) => {
    const match = ODD_BLANK.exec(line);
    if (!match) return [];
    const blank = match[1]!;
    const code = `U+${blank.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    const name = blank === "\u00a0" || blank === "\u202f" ? "a non-breaking space" : "a blank";
    return [{
      line: i + 1,
      column: match[0].length,
      path: [],
      message: `${name} (${code}) used for indentation; YAML needs plain spaces`,
    }];
  }).slice(0, MOST_SYNTAX_ERRORS);
}

/** The message for a file that is refused unread. */
export function tooLarge(): string {
  return `the file is larger than ${LARGEST_FILE / 1024} KiB; a configuration needs a few`;
}

function failed(place: Place, message: string): YamlSource {
  return { value: undefined, problems: [{ ...place, path: [], message }], place: () => TOP };
}

function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "a tab used for indentation; YAML needs spaces";
    case "MULTIPLE_DOCS":
      return "a second document starts here; the file must hold one (remove the line ---)";
    case "RESOURCE_EXHAUSTION":
      return "nested too deeply";
    default:
      return `not YAML: ${message}`;
  }
}
