/** Pieces that all charts are made of. A chart is text of SVG; its colours come from classes. */
import { html, px } from "../html.js";
import { dayTicks, timeTicks } from "./scale.js";

/**
 * @typedef {{ x: number, y?: number, text: string }} Stop A place the cursor can be at, and what is there.
 * @typedef {{ svg: import("../html.js").Markup, name: string, summary: string, stops: Stop[],
 *   table: { head: string[], rows: (string | number)[][] } | null,
 *   plot?: { left: number, right: number }, invert?: (x: number) => number }} Chart
 */

/** @param {number} width @param {number} height @param {unknown} body @param {string} [className] */
export function svg(width, height, body, className = "") {
  return html`
    <svg viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}"
      class="${className}" aria-hidden="true" focusable="false">${body}</svg>
  `;
}

/** The class of a metric's colour. @param {{ id: string, group: string }} metric */
export function colour({ id, group }) {
  const stage = /\b(deep|light|rem)_sleep_duration/.exec(id);
  return `c-${stage ? stage[1] : group}`;
}

/**
 * A line through what is there, broken where it is not.
 * @param {readonly (number | null)[]} values @param {(i: number) => number} x @param {(v: number) => number} y
 * @param {number} [bridge] How many missing places are bridged.
 */
export function linePath(values, x, y, bridge = 0) {
  let path = "";
  let missing = Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) {
      missing++;
      continue;
    }
    path += `${path === "" || missing > bridge ? "M" : "L"}${px(x(i))} ${px(y(value))}`;
    missing = 0;
  }
  return path;
}

/** One path of many dots: a stroke of no length with round ends. */
export function dotPath(values, x, y) {
  let path = "";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== null && value !== undefined) path += `M${px(x(i))} ${px(y(value))}h0`;
  }
  return path;
}

/** The area between two lists, in pieces where both are there. */
export function bandPath(low, high, x, y, bridge = 0) {
  let path = "";
  /** @type {number[]} */
  let run = [];
  const close = () => {
    if (run.length > 0) {
      const upper = run.map((i) => `${px(x(i))} ${px(y(high[i]))}`);
      const lower = run.map((i) => `${px(x(i))} ${px(y(low[i]))}`).reverse();
      path += `M${upper.join("L")}L${lower.join("L")}Z`;
    }
    run = [];
  };
  let missing = 0;
  for (let i = 0; i < low.length; i++) {
    if (low[i] === null || high[i] === null || low[i] === undefined) {
      if (++missing > bridge) close();
    } else {
      missing = 0;
      run.push(i);
    }
  }
  close();
  return path;
}

/** Half the width of the widest name of a day, and the margin of a card beside a drawing; in pixels. */
const [HALF_NAME, AIR] = [26, 12];

/**
 * The axis of days under a chart, with faint lines up through it.
 * @param {{ days: readonly string[], x: (i: number) => number, top: number, bottom: number, width: number, most: number, fmt: any }} options
 * `width` is that of the drawing; no name goes beyond it.
 */
export function dayAxis({ days, x, top, bottom, width, most, fmt }) {
  const long = days.length > 1 && days[0].slice(0, 4) !== days[days.length - 1].slice(0, 4);
  const within = (/** @type {number} */ middle) =>
    Math.max(HALF_NAME - AIR, Math.min(width + AIR - HALF_NAME, middle));
  return dayTicks(days, most).map(({ place, style }) => {
    const at = Date.parse(days[place]);
    const january = style === "month" && days[place].slice(5, 7) === "01";
    const text = style === "day"
      ? fmt.date(at, { day: "numeric", month: "short" })
      : style === "year" || (january && long)
      ? fmt.date(at, { year: "numeric" })
      : fmt.date(at, { month: "short" });
    return html`
      <path class="gridline" d="M${px(x(place))} ${px(top)}V${px(bottom)}" />
      <text x="${px(within(x(place)))}" y="${px(bottom + 16)}" text-anchor="middle">${text}</text>
    `;
  });
}

/**
 * The axis of instants under a chart.
 * @param {{ from: number, to: number, offset: number, x: (ms: number) => number, top: number, bottom: number, most: number, fmt: any }} options
 */
export function timeAxis({ from, to, offset, x, top, bottom, most, fmt }) {
  return timeTicks(from, to, offset, most).map(({ at, style }) => {
    const local = at + offset * 1000;
    const text = style === "time"
      ? fmt.time(at, offset)
      : style === "day"
      ? fmt.date(local, { day: "numeric", month: "short" })
      : fmt.date(local, style === "month" ? { month: "short" } : { year: "numeric" });
    return html`
      <path class="gridline" d="M${px(x(at))} ${px(top)}V${px(bottom)}" />
      <text x="${px(x(at))}" y="${px(bottom + 16)}" text-anchor="middle">${text}</text>
    `;
  });
}

/** The place in a list of days; -1 before, its length after. */
export function placeOf(days, day) {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle] < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Buckets of heart rate on a whole grid, null where there is none, so that gaps stay gaps.
 * @param {{ at: number[], every: number } & Record<string, any>} heart Its lists have an item per bucket.
 * @returns {{ first: number } & Record<string, any>}
 */
export function gridOf({ at, every, ...lists }) {
  const first = at[0] ?? 0;
  const size = at.length === 0 ? 0 : Math.round((at[at.length - 1] - first) / every) + 1;
  const places = at.map((time) => Math.round((time - first) / every));
  const spread = (/** @type {number[]} */ list) => {
    const whole = /** @type {(number | null)[]} */ (Array(size).fill(null));
    for (const [i, place] of places.entries()) whole[place] = list[i];
    return whole;
  };
  const grids = ["min", "low", "mean", "high", "max"].filter((name) => lists[name])
    .map((name) => [name, spread(lists[name])]);
  return { first, ...Object.fromEntries(grids) };
}
