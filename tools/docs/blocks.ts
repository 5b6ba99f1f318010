/** Generated parts of hand-written pages: what stands between two markers is replaced. */

/** Writes one part of a page. */
export type Block = () => string | Promise<string>;

const BLOCK =
  /<!-- generated: (\S+) -->\n<!-- deno-fmt-ignore-start -->\n[^]*?<!-- deno-fmt-ignore-end -->/g;

/**
 * Fills every block of a page. A block begins with `<!-- generated: name -->`, goes on with
 * `<!-- deno-fmt-ignore-start -->` and ends with `<!-- deno-fmt-ignore-end -->`.
 * @throws {Error} When the page names a block without a generator.
 */
export async function fillBlocks(
  page: string,
  blocks: Readonly<Record<string, Block>>,
): Promise<string> {
  const parts: string[] = [];
  let end = 0;
  for (const match of page.matchAll(BLOCK)) {
    const name = match[1]!;
    const block = blocks[name];
    if (block === undefined) throw new Error(`no generator writes the block "${name}"`);
    parts.push(page.slice(end, match.index), wrapped(name, (await block()).trim()));
    end = match.index + match[0].length;
  }
  return parts.join("") + page.slice(end);
}

function wrapped(name: string, text: string): string {
  return `<!-- generated: ${name} -->\n<!-- deno-fmt-ignore-start -->\n\n${text}\n\n` +
    "<!-- deno-fmt-ignore-end -->";
}

/** A table in Markdown. A bar in a cell would end it, so it is escaped. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/** A text as code; empty stays empty. */
export function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}
