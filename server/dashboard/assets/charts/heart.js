/** Heart rate of any span: the band from the lowest to the highest, and the mean in it. */
import { html, px } from "../html.js";
import { bandPath, gridOf, linePath, svg, timeAxis } from "./parts.js";
import { extent, linear, padded, ticks } from "./scale.js";

/** @param {any} heart @param {{ width: number, height?: number, fmt: any, offset: number }} options @returns {import("./parts.js").Chart} */
export function heartChart(heart, { width, height = 300, fmt, offset }) {
  const [from, to] = [Date.parse(heart.from), Date.parse(heart.to)];
  const narrow = width < 560;
  const [left, right, top, bottom] = [narrow ? 34 : 44, width - 8, 20, height - 24];
  const x = linear([from, to], [left, right]);
  const y = linear(padded(extent(heart.min, heart.max) ?? [40, 120], 0.04), [bottom, top]);
  const grid = gridOf(heart);
  const gridX = (/** @type {number} */ i) => x((grid.first + (i + 0.5) * heart.every) * 1000);
  const hour = heart.every <= 900;
  const body = html`
    ${heart.nights.map((/** @type {any} */ { start, end }) =>
      span(start, end ?? heart.to, x, left, right, top, bottom, "shade")
    )}
    ${timeAxis({
      from,
      to,
      offset,
      x,
      top,
      bottom,
      most: Math.floor((right - left) / (narrow ? 62 : 84)),
      fmt,
    })}
    ${ticks(y.domain, 4).map((value) =>
      html`
        <path class="gridline" d="M${left} ${px(y(value))}H${right}" />
        <text x="${left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${fmt.number(value)}</text>
      `
    )}
    <g class="c-activity">${heart.workouts.map((/** @type {any} */ workout) =>
      workoutAt(workout, x, left, right, top, bottom, to - from)
    )}</g>
    <g class="c-heart">
      <path class="band" d="${bandPath(grid.min, grid.max, gridX, y, hour ? 2 : 0)}" />
      <path class="band middle" d="${bandPath(grid.low, grid.high, gridX, y, hour ? 2 : 0)}" />
      <path class="line thin" d="${linePath(grid.mean, gridX, y, hour ? 2 : 0)}" />
    </g>
    ${heart.at.length === 0
      ? html`<text x="${(left + right) / 2}" y="${
        (top + bottom) / 2
      }" text-anchor="middle">no samples in this span</text>`
      : ""}
  `;
  return {
    svg: svg(width, height, body),
    name: `Heart rate from ${fmt.moment(from, offset)} to ${fmt.moment(to, offset)}`,
    summary: summaryOf(heart, fmt),
    stops: heart.at.map((/** @type {number} */ at, /** @type {number} */ i) => ({
      x: x((at + heart.every / 2) * 1000),
      text: `${fmt.moment(at * 1000, offset)} · ${fmt.number(heart.mean[i])} bpm${
        heart.count[i] > 1 ? `, ${fmt.number(heart.min[i])} to ${fmt.number(heart.max[i])}` : ""
      }`,
    })),
    table: {
      head: ["from", "mean bpm", "lowest", "middle half from", "to", "highest", "samples"],
      rows: heart.at.slice(-400).map(
        (/** @type {number} */ at, /** @type {number} */ i, /** @type {number[]} */ all) => {
          const place = heart.at.length - all.length + i;
          return [
            fmt.moment(at * 1000, offset),
            heart.mean[place],
            heart.min[place],
            heart.low[place],
            heart.high[place],
            heart.max[place],
            heart.count[place],
          ];
        },
      ).reverse(),
    },
    plot: { left, right },
    invert: (pixel) => x.invert(pixel),
  };
}

function span(start, end, x, left, right, top, bottom, className) {
  if (start === null) return "";
  const [a, b] = [Math.max(left, x(Date.parse(start))), Math.min(right, x(Date.parse(end)))];
  return b <= a ? "" : html`
    <rect class="${className}" x="${px(a)}" y="${top}" width="${px(b - a)}"
      height="${bottom - top}" />
  `;
}

function workoutAt(workout, x, left, right, top, bottom, length) {
  if (workout.start === null || workout.end === null) return "";
  const [a, b] = [
    Math.max(left, x(Date.parse(workout.start))),
    Math.min(right, x(Date.parse(workout.end))),
  ];
  if (b < a) return "";
  const label = length < 3 * 86_400_000
    ? html`<text class="mark" x="${px(a)}" y="${top - 6}">${workout.activity}</text>`
    : "";
  return html`
    <rect class="bar" x="${px(a)}" y="${bottom - 4}" width="${px(Math.max(2, b - a))}" height="4"
      rx="1" />${label}
  `;
}

function summaryOf(heart, fmt) {
  if (heart.at.length === 0) return "No samples in this span.";
  const samples = heart.count.reduce(
    (/** @type {number} */ a, /** @type {number} */ b) => a + b,
    0,
  );
  const mean = heart.mean.reduce(
    (/** @type {number} */ sum, /** @type {number} */ value, /** @type {number} */ i) =>
      sum + value * heart.count[i],
    0,
  ) / samples;
  const [low] = extent(heart.min) ?? [0];
  const [, high] = extent(heart.max) ?? [0, 0];
  return `${fmt.number(samples)} samples, mean ${fmt.number(mean)}, lowest ${
    fmt.number(low)
  }, highest ${fmt.number(high)} beats a minute.`;
}
