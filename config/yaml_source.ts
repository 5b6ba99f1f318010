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
  /** Where the key at `path` stands; for a path that is not in the text, its nearest ancestor. */
  place(path: Path): Place;
}

/**
 * Reads one YAML document. Never throws: a text that is no YAML, too large, too deep or a bomb of
 * aliases gives problems. Where only keys are repeated the value is still usable.
 */
export function readYaml(text: string): YamlSource {
  if (text.length > LARGEST_FILE) return failed(TOP, tooLarge());
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ""), {
    lineCounter: lines,
    prettyErrors: false,
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
      return "a tab stands where YAML wants spaces; indent with spaces";
    case "MULTIPLE_DOCS":
      return "a second document starts here; the file must hold one (remove the line ---)";
    case "RESOURCE_EXHAUSTION":
      return "nested too deeply";
    default:
      return `not YAML: ${message}`;
  }
}
