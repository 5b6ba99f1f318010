import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import { type Path, type Problem, quote } from "./problem.ts";

const DEEPEST = 32;
const MOST_VALUES = 20_000;

/** Line and column, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The top of the text. */
export const TOP: Place = { line: 1, column: 1 };

/** The text asks for more work than any configuration is worth. */
export class Refused extends Error {
  constructor(readonly place: Place, message: string) {
    super(message);
  }
}

/** A node of the YAML document. */
type Node = unknown;

/** Walks the nodes once, resolving as it goes, and counts, so that no alias bomb can go off. */
export class NodeReader {
  readonly problems: Problem[] = [];
  readonly #places = new Map<string, number>();
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #values = 0;

  /** @param at Line and column of an offset in the text. */
  constructor(private readonly at: (offset: number) => Place) {}

  /** The position of the key at `path`; for a path that was not read, of its nearest ancestor. */
  place(path: Path): Place {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#places.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return this.at(offset);
    }
    return TOP;
  }

  /**
   * The plain value of a node.
   * @throws {Refused} When there is too much of it.
   */
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
      this.#report(path, `no anchor &${anchor} precedes this alias`);
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
      const first = seen.get(key);
      if (first !== undefined) {
        this.#remember(keyPath, pair.key);
        this.#report(keyPath, `duplicate key ${quote(key)}; first ${this.#lineOf(first)}`);
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
