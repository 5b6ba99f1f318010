/** Commands that stand in sentences and tables: those that are whole are run too. */
import { COMMANDS } from "../../../commands/_cli/registry.ts";
import type { Page } from "../../../tools/docs/pages.ts";
import { nameOf, refusal, shellWords, wordsOf } from "../command_lines.ts";
import { codeSpans } from "../markdown.ts";
import type { World } from "./world.ts";

const NAMES: readonly string[] = COMMANDS.map(({ name }) => name);

/** Types every whole command of the prose that no block has had typed already. */
export async function typeProse(world: World, pages: readonly Page[]): Promise<void> {
  const spans = new Set(pages.flatMap(({ text }) => codeSpans(text)));
  for (const span of spans) {
    const command = await wholeCommand(span);
    if (command === null || world.said.has(nameOf(command))) continue;
    if (!world.fillIns.isKeptElsewhere(span)) await world.type([command]);
  }
}

/** The command line a span is; null when it is none, or leaves something out. */
async function wholeCommand(span: string): Promise<string | null> {
  if (/[…[\]]|\b(NAME|ID|DAY|FILE)\b/.test(span)) return null;
  const typed = wordsOf(span);
  if (typed !== null) {
    const isOurs = NAMES.includes(typed[0]!) || typed[0] === "--version";
    return isOurs && await refusal(typed, false) === null ? span : null;
  }
  const words = shellWords(span);
  // `rejects discard` is the name of a command, `gaps --json` is a command.
  if (!NAMES.includes(words[0]!) || !span.includes(" --")) return null;
  return await refusal(words, false) === null ? `oura-sync ${span}` : null;
}
