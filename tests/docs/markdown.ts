/** The parts of a page that tests hold against the program. */

/** A fenced block of a page. */
export interface Fence {
  readonly path: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Every fenced block; indentation of the fence, as inside a list, is taken off. */
export function fences(path: string, page: string): Fence[] {
  const found: Fence[] = [];
  for (const match of page.matchAll(/^( *)```(\S*)[^\n]*\n([^]*?)^\1```$/gm)) {
    const [, indent, language, body] = match as unknown as [string, string, string, string];
    found.push({
      path,
      line: page.slice(0, match.index).split("\n").length,
      language,
      text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    });
  }
  return found;
}

/** The page without its fenced blocks. */
export function prose(page: string): string {
  return page.replaceAll(/^( *)```[^]*?^\1```$/gm, "");
}

/** Code between backticks in the prose. */
export function codeSpans(page: string): string[] {
  return [...prose(page).matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);
}

/** Where links and pictures of the prose point to. */
export function linkTargets(page: string): string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** Anchors of the headings, as GitHub makes them. */
export function anchors(page: string): Set<string> {
  const seen = new Map<string, number>();
  const all = new Set<string>();
  for (const [, heading] of prose(page).matchAll(/^#{1,6} +(.*)$/gm)) {
    const text = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "");
    const slug = text.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    all.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return all;
}
