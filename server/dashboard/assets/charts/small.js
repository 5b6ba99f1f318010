/** Small pictures that stand beside a number. */
import { html, px } from "../html.js";
import { colour, linePath, svg } from "./parts.js";
import { extent, linear, padded } from "./scale.js";

/** A line through fewer days tells nothing. */
const LEAST_DAYS = 4;

/** The last weeks of a score, with the usual range behind them. */
export function spark(card, { width, fmt }) {
  const height = 64;
  if (card.history.filter((/** @type {any} */ v) => v !== null).length < LEAST_DAYS) {
    return svg(
      width,
      height,
      html`<text x="0" y="${height - 8}">a line shows from four days on</text>`,
      "spark",
    );
  }
  const right = width - 62;
  const { metric, history, usual } = card;
  const ends = extent(history, usual ? [usual.low, usual.high] : []) ?? [0, 1];
  const x = linear([0, Math.max(1, history.length - 1)], [2, right - 6]);
  const y = linear(padded(ends, 0.1), [height - 6, 6]);
  const last = history.length - 1;
  const value = history[last];
  const band = usual
    ? html`
      <rect class="usual" x="0" y="${px(y(usual.high))}" width="${px(right)}" height="${px(
        Math.max(2, y(usual.low) - y(usual.high)),
      )}"
        rx="3" />${labels(usual, y, right, metric, fmt)}
    `
    : "";
  const end = value === null || value === undefined ? "" : card.partial
    ? html`
      <circle class="ring" cx="${px(x(last))}" cy="${px(y(value))}" r="4" />
    `
    : html`
      <path class="dots big" d="M${px(x(last))} ${px(y(value))}h0" />
    `;
  const done = card.partial ? history.slice(0, -1) : history;
  return svg(
    width,
    height,
    html`${band}<g class="${colour(metric)}"><path class="line" d="${
      linePath(done, x, y, 1)
    }"/>${end}</g>`,
    "spark",
  );
}

function labels(usual, y, right, metric, fmt) {
  const [high, low] = [y(usual.high), y(usual.low)];
  const apart = Math.max(14, low - high);
  const middle = (high + low) / 2;
  return html`
    <text x="${right + 8}" y="${px(middle - apart / 2 + 4)}">${fmt.plain(metric, usual.high)}</text>
    <text x="${right + 8}" y="${px(middle + apart / 2 + 4)}">${fmt.plain(metric, usual.low)}</text>
  `;
}

/** A value as a dot on its usual range. */
export function rangeDot({ metric, value, usual }, { width = 200 } = {}) {
  const height = 18;
  if (!usual) return svg(width, height, "", "dot");
  const spread = usual.high - usual.low || 1;
  const x = linear([usual.low - spread * 1.4, usual.high + spread * 1.4], [6, width - 6]);
  const at = value === null ? null : Math.max(6, Math.min(width - 6, x(value)));
  return svg(
    width,
    height,
    html`
      <path class="axis" d="M0 9H${width}" /><rect class="range" x="${px(x(usual.low))}" y="5"
        width="${px(x(usual.high) - x(usual.low))}" height="8" rx="4" />${at === null ? "" : html`
          <g class="${colour(metric)}">
            <path class="dots big" d="M${px(at)} 9h0" />
          </g>
        `}
    `,
    "dot",
  );
}

/** Shares of a whole side by side. @param {{ c: string, value: number | null }[]} parts */
export function stack(parts, { width }) {
  const total = parts.reduce((sum, { value }) => sum + (value ?? 0), 0);
  let at = 0;
  const pieces = parts.map(({ c, value }) => {
    const wide = total === 0 ? 0 : (value ?? 0) / total * width;
    const piece = html`
      <rect class="bar ${c}" x="${px(at)}" y="0" width="${px(
        Math.max(0, wide - 1),
      )}" height="14" rx="3" />
    `;
    at += wide;
    return piece;
  });
  return svg(width, 14, pieces);
}

/** A bar of 100 points. */
export function meter({ metric, value }, { width }) {
  const long = Math.max(0, Math.min(100, value ?? 0)) / 100 * width;
  return svg(
    width,
    8,
    html`
      <rect class="h0" x="0" y="0" width="${width}" height="8" rx="4" />
      <g class="${colour(metric)}">
        <rect class="bar" x="0" y="0" width="${px(long)}" height="8" rx="4" />
      </g>
    `,
    "dot",
  );
}

/** A difference with its interval on a line with zero. @param {{ low: number, high: number, at: number, most: number, c: string }} options */
export function effect({ low, high, at, most, c }, { width = 400 } = {}) {
  const x = linear([-most, most], [6, width - 6]);
  const clamp = (/** @type {number} */ value) => Math.max(4, Math.min(width - 4, x(value)));
  return svg(
    width,
    20,
    html`
      <path class="zero" d="M${px(x(0))} 2V18" />
      <g class="${c}">
        <path class="whisker" d="M${px(clamp(low))} 10H${px(clamp(high))}" opacity="0.45" />
        <path class="dots big" d="M${px(clamp(at))} 10h0" />
      </g>
    `,
    "dot",
  );
}
