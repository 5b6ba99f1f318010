/** Heart rate by the hours of the days. */
import { html, px } from "../html.js";
import { dayAxis, svg } from "./parts.js";
import { linear } from "./scale.js";

/** Hours as rows, days as columns, darker where the heart beats faster. @param {any} model @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function hoursChart({ days, hours }, { width, fmt }) {
  const [left, right, top] = [48, width - 4, 8];
  const row = 9;
  const bottom = top + 24 * row;
  const wide = (right - left) / Math.max(1, days.length);
  const all = hours.flat().filter((/** @type {any} */ v) => v !== null).sort((
    /** @type {number} */ a,
    /** @type {number} */ b,
  ) => a - b);
  const shade = linear([
    all[Math.floor(all.length * 0.03)] ?? 40,
    all[Math.ceil(all.length * 0.97) - 1] ?? 120,
  ], [0.06, 1]);
  const levels = Array.from({ length: 10 }, () => "");
  hours.forEach((/** @type {(number | null)[]} */ day, /** @type {number} */ d) =>
    day.forEach((value, hour) => {
      if (value === null) return;
      const level = Math.max(0, Math.min(9, Math.floor(shade(value) * 10)));
      levels[level] += `M${px(left + d * wide)} ${top + hour * row}h${
        px(Math.max(0.6, wide - (wide > 4 ? 0.8 : 0)))
      }v${row - 0.8}h${-px(Math.max(0.6, wide - (wide > 4 ? 0.8 : 0)))}z`;
    })
  );
  const names = [0, 6, 12, 18].map((hour) =>
    html`<text x="${left - 8}" y="${top + hour * row + 9}" text-anchor="end">${
      fmt.clock(hour)
    }</text>`
  );
  return {
    svg: svg(
      width,
      bottom + 24,
      html`
        ${names}<rect class="hole" x="${left}" y="${top}" width="${px(right - left)}"
          height="${24 * row}" />${dayAxis({
            days,
            x: (i) => left + (i + 0.5) * wide,
            top,
            bottom,
            width,
            most: Math.floor((right - left) / 80),
            fmt,
          })}<g class="c-heart">${levels.map((d, i) =>
            html`
              <path class="bar" opacity="${(i + 1) / 10}" d="${d}" />
            `
          )}</g>
      `,
    ),
    name: "Heart rate by hour of the day",
    summary: `Mean heart rate of each hour of ${days.length} days; darker is faster.`,
    stops: days.map((/** @type {string} */ day, /** @type {number} */ i) => {
      const there = hours[i].filter((/** @type {any} */ v) => v !== null);
      const text = there.length === 0
        ? "no data"
        : `${fmt.number(Math.min(...there))} to ${fmt.number(Math.max(...there))} bpm by the hour`;
      return { x: left + (i + 0.5) * wide, text: `${fmt.longDay(day)}: ${text}` };
    }),
    table: null,
  };
}
