/** What is there: a row per type, a cell per day, coloured by the cause of what is missing. */
import { html, px } from "../html.js";
import { CAUSES } from "./causes.js";
import { dayAxis, svg } from "./parts.js";

/** @param {any} completeness @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function coverageChart({ days, types }, { width, fmt }) {
  const narrow = width < 560;
  const [left, top, row] = [narrow ? 126 : 176, 20, 22];
  const right = width - 4;
  const wide = (right - left) / days.length;
  const height = top + types.length * row + 6;
  const x = (/** @type {number} */ i) => left + i * wide;
  const air = wide > 5 ? 1.5 : wide > 3 ? 0.6 : 0;
  const cells = types.map((/** @type {any} */ { dataType, cells }, /** @type {number} */ r) => {
    const y = top + r * row;
    const name = narrow ? dataType.replace("daily_", "") : dataType;
    return html`<text x="${left - 9}" y="${y + 14}" text-anchor="end">${name}</text>${
      runs(cells, air > 0).map(({ cause, from, to }) =>
        html`
          <rect class="${CAUSES[cause]?.[0] ?? "d-open"}" x="${px(x(from))}" y="${y +
            2}" width="${px(Math.max(0.5, (to - from) * wide - air))}" height="${row - 5}"
            rx="${wide > 5 ? 2 : 0}" />
        `
      )
    }`;
  });
  const most = Math.max(2, Math.floor((right - left) / 84));
  const axis = dayAxis({
    days,
    x: (i) => x(i) + wide / 2,
    top: top + 4,
    bottom: height,
    width,
    most,
    fmt,
  });
  const names = html`<g transform="translate(0 ${-(height + 5)})">${axis}</g>`;
  return {
    svg: svg(
      width,
      height,
      html`
        <defs>
          <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)">
            <path class="hatch" d="M0 0V5" />
          </pattern>
        </defs>${onlyText(names)}${cells}
      `,
    ),
    name: "What is here, day by day",
    summary: types.map((/** @type {any} */ { dataType, present }) =>
      `${dataType}: ${present} of ${days.length} days`
    ).join("; "),
    stops: days.map((/** @type {string} */ day, /** @type {number} */ i) => {
      const missing = types.filter((/** @type {any} */ { cells }) =>
        !["data", "partial", "no_data", "none", "none_yet", "future"].includes(cells[i])
      );
      const present = types.filter((/** @type {any} */ { cells }) =>
        ["data", "partial"].includes(cells[i])
      ).length;
      return {
        x: x(i) + wide / 2,
        text: `${fmt.longDay(day)}: ${present} of ${types.length} types${
          missing.length > 0
            ? `; ${
              missing.map((/** @type {any} */ { dataType, cells }) =>
                `${dataType} ${CAUSES[cells[i]]?.[1] ?? cells[i]}`
              ).join(", ")
            }`
            : ""
        }`,
      };
    }),
    table: {
      head: ["type", "days with data", "of"],
      rows: types.map((
        /** @type {any} */ { dataType, present },
      ) => [dataType, present, days.length]),
    },
  };
}

/** The names of an axis without its lines. */
function onlyText(markup) {
  markup.text = markup.text.replace(/<path class="gridline"[^>]*>/g, "");
  return markup;
}

/** Cells in a row with one cause; one by one where there is room for air between them. */
function runs(cells, single) {
  const found = [];
  for (const [i, cause] of cells.entries()) {
    const last = found[found.length - 1];
    if (!single && last?.cause === cause) last.to = i + 1;
    else found.push({ cause, from: i, to: i + 1 });
  }
  return found;
}
