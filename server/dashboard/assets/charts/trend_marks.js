/** What is laid under and over a trend: gaps, rest mode, journeys, tags, and their names. */
import { html, px } from "../html.js";
import { CAUSES } from "./causes.js";

/**
 * @typedef {{ from: number, to: number, cause?: string | null, offset?: string }} Stretch In pixels.
 * @typedef {{ top: number, bottom: number, right: number }} Plot
 */

/** @param {string} cause */
export function causeName(cause) {
  return CAUSES[cause]?.[2] || cause.replaceAll("_", " ");
}

/** Pixels that small text takes, roughly. @param {string} text */
function widthOf(text) {
  return text.length * 5.7 + 2;
}

/**
 * Where nothing is drawn: runs of days without a value, or weeks and months without any.
 * @param {any} line @param {any} trend @param {(day: string) => number} at @param {(i: number) => number} x
 * @returns {Stretch[]}
 */
export function holesOf({ gaps, values }, { starts, step }, at, x) {
  if (step === "day") {
    return gaps.map(({ from, to, cause }) => ({ from: at(from) - 1, to: at(to) + 1, cause }));
  }
  const first = values.findIndex((value) => value !== null);
  const last = values.findLastIndex((value) => value !== null);
  const half = (x(1) - x(0)) / 2;
  /** @type {Stretch[]} */
  const holes = [];
  for (let i = first; i <= last; i++) {
    if (values[i] !== null || i < 0) continue;
    const cause = gaps.find(({ from, to }) => from <= starts[i] && starts[i] <= to)?.cause ?? null;
    const before = holes[holes.length - 1];
    if (before && before.to > x(i) - half - 1) before.to = x(i) + half;
    else holes.push({ from: x(i) - half, to: x(i) + half, cause });
  }
  return holes;
}

/** @param {string} className @param {number} from @param {number} to @param {Plot} plot */
export function area(className, from, to, { top, bottom }) {
  return html`
    <rect class="${className}" x="${px(from)}" y="${top}" width="${px(Math.max(2, to - from))}"
      height="${bottom - top}" />
  `;
}

/** @param {number} from @param {number} to @param {Plot} plot */
export function tripBar(from, to, { bottom }) {
  return html`
    <rect class="trip" x="${px(from)}" y="${bottom - 3}" width="${px(Math.max(3, to - from))}"
      height="3" />
  `;
}

/** Names stand above the two rows of ticks for tags and workouts. */
const ABOVE_TICKS = 15;

/**
 * The names of the marks, over the lines; one that has no room is left out, the cursor tells it.
 * @param {{ holes: Stretch[], rests: Stretch[], trips: Stretch[] }} marks @param {Plot} plot
 */
export function markNames({ holes, rests, trips }, { top, bottom, right }) {
  const middle = (/** @type {Stretch} */ { from, to }) => (from + to) / 2;
  const named = [
    ...holes.map((hole) => {
      const text = hole.cause === null ? "no data" : causeName(hole.cause ?? "");
      return { text, x: middle(hole), y: (top + bottom) / 2, room: hole.to - hole.from };
    }).filter(({ text, room }) => room > widthOf(text)),
    ...apart(
      trips.filter(({ from, to }) => to - from > 12).map((trip) => ({
        text: trip.offset ?? "",
        x: middle(trip),
        y: bottom - ABOVE_TICKS,
      })),
    ),
    ...apart(rests.map(({ from, to }) => {
      const half = widthOf("rest mode") / 2;
      // Beside the days, where they end before the plot does.
      const x = to + 4 + half < right - half ? to + 4 + half : from - 4 - half;
      return { text: "rest mode", x, y: top + 5 };
    })),
  ];
  return named.map(({ text, x, y }) =>
    html`<text class="mark" x="${px(x)}" y="${px(y)}" text-anchor="middle">${text}</text>`
  );
}

/** Of names in a row those that do not run into the one before. */
function apart(names) {
  let free = -Infinity;
  return names.filter(({ text, x }) => {
    const half = widthOf(text) / 2;
    if (x - half < free) return false;
    free = x + half;
    return true;
  });
}

/** Days with a tag or a workout; where they would run into one line they are left out. */
export function dayTicksOf(marks, at, y, room, className) {
  const days = [...new Set(marks.map(({ day }) => day))];
  if (days.length === 0 || days.length > room / 4) return "";
  const path = days.map((day) => `M${px(at(day))} ${y}v-4`).join("");
  return html`
    <path class="${className}" d="${path}" />
  `;
}
