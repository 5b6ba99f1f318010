/** A day from 18:00 to 18:00: heart rate, the night in it, movement, workouts and tags. */
import { html, px } from "../html.js";
import { hypnogramAt } from "./night.js";
import { bandPath, gridOf, linePath, svg, timeAxis } from "./parts.js";
import { extent, linear, padded } from "./scale.js";

/** @param {any} strip @param {{ width: number, fmt: any, now: number, isToday: boolean }} options @returns {import("./parts.js").Chart} */
export function stripChart(strip, { width, fmt, now, isToday }) {
  const [from, to, offset] = [Date.parse(strip.from), Date.parse(strip.to), strip.offsetSeconds];
  const narrow = width < 560;
  const [left, right, height] = [narrow ? 34 : 44, width - 10, 262];
  const [top, heartBottom, bottom] = [14, 108, height - 24];
  const x = linear([from, to], [left, right]);
  const { at: times, min, mean, max, every } = strip.heart;
  const seconds = (/** @type {number} */ i) => x((times[i] + every / 2) * 1000);
  const ends = extent(mean, max) ?? [40, 120];
  const y = linear(padded([Math.min(...(min.length ? min : [ends[0]])), ends[1]], 0.05), [
    heartBottom,
    top + 8,
  ]);
  const grid = gridOf(strip.heart);
  const gridX = (/** @type {number} */ i) => x((grid.first + (i + 0.5) * every) * 1000);
  const main = strip.night?.main;
  const [bed, wake] = main
    ? [Date.parse(main.start), Date.parse(main.end ?? new Date(now).toISOString())]
    : [0, 0];
  const quarter = x(from + 900_000) - x(from);
  const most = linear([0, 6], [0, 40]);
  const body = html`
    ${main
      ? html`
        <rect class="shade" x="${px(x(bed))}" y="${top}" width="${px(
          x(wake) - x(bed),
        )}" height="${bottom - top}"
          rx="6" />
      `
      : ""}
    ${timeAxis({
      from,
      to,
      offset,
      x,
      top,
      bottom,
      most: Math.floor((right - left) / (narrow ? 64 : 90)),
      fmt,
    })}
    <g
      class="c-heart"><text class="name" x="${left + 4}" y="${top +
        2}">Heart rate<tspan dx="6">bpm</tspan></text>
      ${[ends[0], ends[1]].map((v) =>
        html`<text x="${left - 7}" y="${px(y(v) + 4)}" text-anchor="end">${fmt.number(v)}</text>`
      )}
      <path class="band" d="${bandPath(grid.min, grid.max, gridX, y, 2)}"/>
      <path class="line thin" d="${linePath(grid.mean, gridX, y, 2)}"/></g>
    ${main
      ? html`<text class="name" x="${px(x(bed) + 6)}" y="${heartBottom + 16}">Slept ${
        main.asleep === null ? "" : fmt.duration(main.asleep)
      }</text>${
        strip.night.stages ? hypnogramAt(strip.night.stages, x, heartBottom + 24, { row: 11 }) : ""
      }`
      : ""}
    <g class="c-activity">${strip.movement.map((/** @type {any} */ { at, met }) => {
      const high = most(Math.min(6, Math.max(0, met - 1)));
      return high < 1 ? "" : html`
        <rect class="bar faint" x="${px(x(Date.parse(at)) + 1)}" y="${px(
          bottom - high,
        )}" width="${px(Math.max(1, quarter - 2))}" height="${px(high)}"
          rx="1" />
      `;
    })}</g>
    ${strip.workouts.map((/** @type {any} */ workout) =>
      html`
        <text class="name" x="${px(clampX(x(Date.parse(workout.start)), left, right - 130))}"
          y="${bottom - 42}">${workout.activity}<tspan dx="5">${workout.distance
            ? `${fmt.number(workout.distance / 1000, 1)} km, `
            : ""}${workout.minutes} min</tspan></text>
      `
    )}
    ${strip.tags.map((/** @type {any} */ tag, /** @type {number} */ i) =>
      html`
        <circle class="tagdot" cx="${px(x(Date.parse(tag.at)))}" cy="${heartBottom + 30 +
          (i % 3) * 16}" r="3.500" />
        <text class="mark" x="${px(x(Date.parse(tag.at)) + 7)}" y="${heartBottom + 34 +
          (i % 3) * 16}">${tag.tag.slice(0, 24)}</text>
      `
    )}
    ${isToday && now > from && now < to
      ? html`
        <path class="now" d="M${px(x(now))} ${top}V${bottom}" />
        <text class="mark" x="${px(x(now) + 5)}" y="${top + 20}">now</text>${right - x(now) > 110
          ? html`<text x="${px((x(now) + right) / 2)}" y="${
            px((top + bottom) / 2)
          }" text-anchor="middle">nothing yet</text>`
          : ""}
      `
      : ""}
    ${times.length === 0 && !main && !(isToday && now < to)
      ? html`<text x="${(left + right) / 2}" y="${
        height / 2
      }" text-anchor="middle">nothing yet</text>`
      : ""}
  `;
  return {
    svg: svg(width, height, body),
    name: `Day from ${fmt.moment(from, offset)} to ${fmt.moment(to, offset)}`,
    summary: summaryOf(strip, offset, fmt, main, bed, wake),
    stops: times.map((/** @type {number} */ time, /** @type {number} */ i) => ({
      x: seconds(i),
      text: `${fmt.time(time * 1000, offset)} · ${fmt.number(mean[i])} bpm`,
    })),
    table: {
      head: ["time", "mean bpm", "lowest", "highest"],
      rows: times.map((
        /** @type {number} */ time,
        /** @type {number} */ i,
      ) => [fmt.time(time * 1000, offset), mean[i], min[i], max[i]]),
    },
  };
}

function clampX(value, least, most) {
  return Math.max(least, Math.min(most, value));
}

function summaryOf(strip, offset, fmt, main, bed, wake) {
  const parts = [];
  if (main) parts.push(`In bed from ${fmt.time(bed, offset)} to ${fmt.time(wake, offset)}.`);
  for (const workout of strip.workouts) {
    parts.push(
      `${workout.activity}, ${workout.minutes} minutes, at ${
        fmt.time(Date.parse(workout.start), offset)
      }.`,
    );
  }
  if (strip.tags.length > 0) parts.push(`Tags: ${strip.tags.map(({ tag }) => tag).join(", ")}.`);
  return parts.join(" ") || "No data on this day.";
}
