/** The texts of a source file: its string literals and templates, as the program would build them. */
import type { Source } from "./sources.ts";

/** Stands for an expression in a template whose value a reader cannot know. */
export const UNKNOWN = "§";

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Every string expression of a file, once: a literal, a template with its tag or without, or a
 * concatenation. Texts within `${…}` are put in their place; what is no text becomes `§`.
 */
export function stringTexts({ path, text }: Source): string[] {
  const pieces: Piece[] = [];
  const wholes: { start: number; end: number }[] = [];
  const whole = ({ range: [start, end] }: { range: readonly [number, number] }) => {
    wholes.push({ start, end });
  };
  const visitor: Deno.lint.LintVisitor = {
    Literal(node) {
      if (typeof node.value !== "string") return;
      const [start, end] = node.range;
      pieces.push({ start, end, text: node.value });
      whole(node);
    },
    TemplateElement(node) {
      const [start, end] = node.range;
      pieces.push({ start, end, text: node.cooked });
    },
    TemplateLiteral: whole,
    BinaryExpression(node) {
      if (node.operator === "+") whole(node);
    },
  };
  const plugin = { name: "texts", rules: { texts: { create: () => visitor } } };
  Deno.lint.runPlugin(plugin, path, text);
  pieces.sort((a, b) => a.start - b.start || a.end - b.end);
  return outermost(wholes).map(({ start, end }) =>
    joined(pieces.filter((piece) => piece.start >= start && piece.end <= end), text)
  ).filter((found) => found !== "");
}

function outermost(ranges: readonly { start: number; end: number }[]) {
  const found: { start: number; end: number }[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (range.end > (found.at(-1)?.end ?? -1)) found.push(range);
  }
  return found;
}

/** Joins pieces: those with only quotes, `+` and white space between them are one text. */
function joined(pieces: readonly Piece[], source: string): string {
  let result = "";
  for (const [i, piece] of pieces.entries()) {
    const between = i === 0 ? "" : source.slice(pieces[i - 1]!.end, piece.start);
    result += (/^["'`\s+]*$/.test(between) ? "" : UNKNOWN) + piece.text;
  }
  return result;
}
