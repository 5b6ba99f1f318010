/** Text from elsewhere as a terminal may show it: characters that steer are spelled out. */

/**
 * What a terminal obeys or hides instead of showing it: the control characters C0, DEL and C1 (ESC
 * and CSI among them), the line and paragraph separators, and the characters that change the
 * direction of writing (Unicode's Bidi_Control), which can make a text read as another one.
 */
const STEERING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Lines of text with every steering character but line feed and tab as JSON spells it: `\u001b`.
 * Outside its strings JSON holds none of the others, so a JSON document stays the same document.
 */
export function visibleLines(text: string): string {
  return text.replace(STEERING, (char) => char === "\n" || char === "\t" ? char : spelled(char));
}

/** One value within a line: line feeds and tabs are spelled out too, as `\n` and `\t`. */
export function visibleValue(text: string): string {
  return text.replace(STEERING, spelled);
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function spelled(char: string): string {
  return SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
