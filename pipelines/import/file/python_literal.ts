/** `{'average': 97.2, 'x': None}`: some exports are said to hold Python's notation. */

const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(None|nan|NaN)|(True)|(False)|([[\]{}:,]|[-+.\deE]+))/y;

/** The value of a Python literal of dictionaries, lists, texts, numbers; undefined if it is none. */
export function pythonLiteral(text: string): unknown {
  let json = "";
  TOKEN.lastIndex = 0;
  const trimmed = text.trim();
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (!match) return undefined;
    const [, quoted, none, yes, no, other] = match;
    if (quoted) json += asJsonText(quoted);
    else json += none ? "null" : yes ? "true" : no ? "false" : other!;
  }
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function asJsonText(quoted: string): string {
  const inner = quoted.slice(1, -1).replaceAll(/\\(['"\\])/g, "$1");
  return JSON.stringify(inner);
}
