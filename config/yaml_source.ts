import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { type Path, type Problem, quote } from "./problem.ts";

/** Bytes of a configuration file that are still read: the shipped one has a few thousand. */
export const LARGEST_FILE = 256 * 1024;

const DEEPEST = 32;
const MOST_VALUES = 20_000;
const MOST_SYNTAX_ERRORS = 10;
const TOP = { line: 1, column: 1 };

/** A YAML text read into plain values, each of which can be found again in the text. */
export interface YamlSource {
  /** Plain objects without a prototype, arrays and scalars; aliases and merge keys resolved. */
  readonly value: unknown;
  /** What is wrong with the text itself. */
  readonly problems: readonly Problem[];
  /** Where the key at `path` stands; for a path that is not in the text, its nearest ancestor. */
  place(path: Path): { line: number; column: number };
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
  const reader = new Reader(at);
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

function failed(place: { line: number; column: number }, message: string): YamlSource {
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

class Refused extends Error {
  constructor(readonly place: { line: number; column: number }, message: string) {
    super(message);
  }
}

type Node = Document["contents"] | unknown;

/** Walks the nodes once, resolving as it goes, and counts, so that no alias bomb can go off. */
class Reader {
  readonly problems: Problem[] = [];
  readonly #places = new Map<string, number>();
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(private readonly at: (offset: number) => { line: number; column: number }) {}

  place(path: Path): { line: number; column: number } {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#places.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return this.at(offset);
    }
    return TOP;
  }

  read(node: Node, path: Path): unknown {
    if (++this.#values > MOST_VALUES) {
      throw new Refused(this.place(path), `more than ${MOST_VALUES} values, aliases counted`);
    }
    if (path.length > DEEPEST) throw new Refused(this.place(path), "nested too deeply");
    if (isAlias(node)) return this.#follow(node.source, path);
    if (!isMap(node) && !isSeq(node)) {
      if (!isScalar(node)) return null;
      if (node.anchor) this.#anchors.set(node.anchor, node);
      return node.value;
    }
    if (node.anchor) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    const value = isMap(node) ? this.#readMap(node, path) : node.items.map((item, index) => {
      const itemPath = [...path, String(index)];
      this.#remember(itemPath, item);
      return this.read(item, itemPath);
    });
    this.#open.delete(node);
    return value;
  }

  #follow(anchor: string, path: Path): unknown {
    const target = this.#anchors.get(anchor);
    if (target === undefined) {
      this.#report(path, `no anchor &${anchor} stands before this alias`);
      return null;
    }
    if (this.#open.has(target)) {
      this.#report(path, `the alias *${anchor} contains itself`);
      return null;
    }
    return this.read(target, path);
  }

  #readMap(map: YAMLMap, path: Path): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    // What is merged in comes first, so that the map's own keys win, in value and in place.
    for (const pair of map.items) if (isMerge(pair)) this.#merge(pair, path, result);
    const seen = new Map<string, unknown>();
    for (const pair of map.items) {
      if (isMerge(pair)) continue;
      if (!isScalar(pair.key)) {
        this.#report(path, "a key must be a plain word");
        continue;
      }
      const key = String(pair.key.value);
      const keyPath = [...path, key];
      const former = seen.get(key);
      if (former !== undefined) {
        this.#remember(keyPath, pair.key);
        this.#report(keyPath, `${quote(key)} stands here twice; first ${this.#lineOf(former)}`);
        continue;
      }
      if (key === "__proto__") {
        this.#report(path, `${quote(key)} cannot be a key`);
        continue;
      }
      seen.set(key, pair.key);
      this.#remember(keyPath, pair.key);
      result[key] = this.read(pair.value, keyPath);
    }
    return result;
  }

  #merge(pair: Pair, path: Path, into: Record<string, unknown>): void {
    const source = this.read(pair.value, path);
    const maps = Array.isArray(source) ? source.toReversed() : [source];
    for (const each of maps) {
      if (typeof each !== "object" || each === null || Array.isArray(each)) {
        this.#report([...path, "<<"], "only mappings can be merged in");
      } else {
        Object.assign(into, each);
      }
    }
  }

  #remember(path: Path, node: Node): void {
    const offset = (node as { range?: [number, number, number] | null } | null)?.range?.[0];
    if (offset !== undefined) this.#places.set(keyOf(path), offset);
  }

  #lineOf(node: unknown): string {
    const offset = (node as { range?: [number, number, number] | null }).range?.[0];
    return offset === undefined ? "above" : `in line ${this.at(offset).line}`;
  }

  #report(path: Path, message: string): void {
    this.problems.push({ ...this.place(path), path, message });
  }
}

function isMerge(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.type === "PLAIN" && pair.key.value === "<<";
}

function keyOf(path: Path): string {
  return path.join("\0");
}
