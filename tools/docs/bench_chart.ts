/** The results of `deno task bench` as an SVG chart: a bar per budget, and how much of it is used. */
import { hasBudget, type Result, type Results } from "../../bench/results.ts";
import { escaped } from "./terminal_picture.ts";

const WIDTH = 1_050;
/** Room for the longest name, which a browser may draw wider than ours. */
const LABEL_WIDTH = 480;
const ROW_HEIGHT = 30;
const BAR_HEIGHT = 14;
const MARGIN = 22;
const HEAD = 46;
/** Where a bar ends that uses its whole budget; longer ones go on to the end of the picture. */
const BUDGET_X = LABEL_WIDTH + 300;
const LONGEST = 1.3;
/** Also drawn around values, so that the line of the budget does not cross them. */
const GROUND = "#16181d";

/** Draws all results that have a budget, in the order of their cases. */
export function benchChart(results: Results): string {
  const rows = Object.values(results).flatMap((each) => each.results).filter(hasBudget);
  const height = HEAD + rows.length * ROW_HEIGHT + MARGIN;
  const line = height - MARGIN / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" \
width="${WIDTH}" height="${height}" role="img" aria-label="How much of each budget is used">
<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>
<g font-family="system-ui,sans-serif" font-size="13" fill="#d8dbe2">
<text x="${BUDGET_X}" y="${MARGIN + 4}" text-anchor="middle" fill="#8b93a1">the budget</text>
<line x1="${BUDGET_X}" y1="${HEAD - 14}" x2="${BUDGET_X}" y2="${line}" stroke="#8b93a1" \
stroke-dasharray="3 4"/>
${rows.map(drawn).join("\n")}
</g>
</svg>
`;
}

/** The part of its budget that a result uses: 1 is all of it. */
function shareOf({ ratio, budget: { atMost, atLeast } }: Result): number {
  if (atLeast !== undefined) return atLeast / ratio;
  return atMost! === 0 ? ratio : ratio / atMost!;
}

function drawn(result: Result, index: number): string {
  const y = HEAD + index * ROW_HEIGHT;
  const base = y + BAR_HEIGHT - 2;
  const length = Math.min(LONGEST, shareOf(result)) * (BUDGET_X - LABEL_WIDTH);
  const color = result.isWithin ? "#5fb878" : "#e0934a";
  const value = valueOf(result);
  return `<text x="${LABEL_WIDTH - 10}" y="${base}" text-anchor="end">${
    escaped(grouped(result.what))
  }</text>
<rect x="${LABEL_WIDTH}" y="${y}" width="${length.toFixed(1)}" height="${BAR_HEIGHT}" rx="3" \
fill="${color}"/>
<text x="${(LABEL_WIDTH + length + 8).toFixed(1)}" y="${base}" stroke="${GROUND}" stroke-width="5" \
paint-order="stroke">${escaped(grouped(value))}</text>`;
}

function valueOf({ measured, unit, reference, ratio, budget }: Result): string {
  const limit = budget.atMost === undefined ? `≥ ${budget.atLeast}` : `≤ ${budget.atMost}`;
  return reference === null ? `${measured} ${unit} (${limit})` : `${ratio} × (${limit})`;
}

/** The text with a comma in numbers of four or more digits. */
function grouped(text: string): string {
  return text.replace(/(?<![.\d])\d{4,}/g, (digits) => Number(digits).toLocaleString("en"));
}
