/** The whole time there is data of, to choose a span from. */
import { html, px } from "../html.js";
import { dayAxis, svg } from "./parts.js";
import { linear } from "./scale.js";

/**
 * The whole time there is data of, with the shown span marked: drag over it to choose another.
 * @param {{ first: string, last: string, span: { from: string, to: string }, fmt: any, width: number }} options
 * @returns {import("./parts.js").Chart}
 */
export function overviewChart({ first, last, span, fmt, width }) {
  const height = 50;
  const [left, right] = [width < 560 ? 42 : 54, width - (width < 560 ? 78 : 84)];
  const days = Math.max(1, Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000));
  const x = linear([0, days], [left, right]);
  const at = (/** @type {string} */ day) =>
    x(Math.max(0, Math.min(days, (Date.parse(day) - Date.parse(first)) / 86_400_000)));
  const all = Array.from(
    { length: days + 1 },
    (_, i) => new Date(Date.parse(first) + i * 86_400_000).toISOString().slice(0, 10),
  );
  return {
    svg: svg(
      width,
      height,
      html`
        <rect class="hole" x="${left}" y="6" width="${px(
          right - left,
        )}" height="20" rx="5" />${dayAxis({
          days: all,
          x,
          top: 6,
          bottom: 26,
          width,
          most: Math.floor((right - left) / 90),
          fmt,
        })}<g
          class="c-sleep">
          <rect class="bar" opacity="0.35" x="${px(at(span.from))}" y="6" width="${px(
            Math.max(4, at(span.to) - at(span.from)),
          )}" height="20" rx="5" />
        </g>
      `,
    ),
    name: "All of the time there is data of",
    summary: `Data from ${fmt.fullDay(first)} to ${fmt.fullDay(last)}; shown are ${
      fmt.fullDay(span.from)
    } to ${fmt.fullDay(span.to)}. Drag over a stretch to show it.`,
    stops: [],
    table: null,
    plot: { left, right },
    invert: (pixel) => Math.max(0, Math.min(days, x.invert(pixel))),
  };
}
