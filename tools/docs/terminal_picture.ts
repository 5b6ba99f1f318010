/** A terminal's text as SVG: sharp at every size, readable by a screen reader, small in git. */

const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 19;
const MARGIN = 22;

/**
 * Draws a command and what it printed, in a fixed-width font.
 * @param output May hold tabs and trailing space, but no control sequences.
 */
export function terminalPicture(command: string, output: string): string {
  const lines = [`$ ${command}`, "", ...output.trimEnd().split("\n").map((line) => line.trimEnd())];
  const columns = Math.max(...lines.map((line) => [...line].length));
  const width = Math.ceil(columns * CHARACTER_WIDTH + 2 * MARGIN);
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const texts = lines.flatMap((line, i) => line === "" ? [] : [drawn(line, i)]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" \
width="${width}" height="${height}" role="img" aria-label="${escaped(`What ${command} prints`)}">
<rect width="100%" height="100%" rx="8" fill="#16181d"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" \
fill="#d8dbe2" xml:space="preserve">
${texts.join("\n")}
</g>
</svg>`;
}

/** The length is fixed, so that columns stand in line in whatever font there is. */
function drawn(line: string, index: number): string {
  const y = MARGIN + index * LINE_HEIGHT + 13;
  const length = ([...line].length * CHARACTER_WIDTH).toFixed(1);
  const fill = index === 0 ? ' fill="#8fd694"' : "";
  return `<text x="${MARGIN}" y="${y}" textLength="${length}"${fill}>${escaped(line)}</text>`;
}

/** Text as it stands in XML, in an attribute too. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
