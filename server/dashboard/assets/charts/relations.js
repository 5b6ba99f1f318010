/** Two metrics against each other, their lags, and columns of weeks. */
import { html, px } from "../html.js";
import { colour, dayAxis, dotPath, linePath, svg } from "./parts.js";
import { extent, linear, metricTicks, padded, ticks } from "./scale.js";

/** @param {any} relation @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function scatterChart({ x: mx, y: my, pairs }, { width, fmt }) {
  const height = Math.min(320, Math.max(220, width * 0.72));
  const [left, right, top, bottom] = [62, width - 14, 24, height - 42];
  const xs = pairs.map((/** @type {any} */ pair) => pair.x);
  const ys = pairs.map((/** @type {any} */ pair) => pair.y);
  const x = linear(padded(extent(xs) ?? [0, 1], 0.06), [left, right]);
  const y = linear(padded(extent(ys) ?? [0, 1], 0.06), [bottom, top]);
  const sorted = pairs.map((/** @type {any} */ pair) => pair).sort((
    /** @type {any} */ a,
    /** @type {any} */ b,
  ) => a.x - b.x);
  return {
    svg: svg(
      width,
      height,
      html`
        ${metricTicks(mx, x.domain, 4).map((v) =>
          html`
            <path class="gridline" d="M${px(x(v))} ${top}V${bottom}" />
            <text x="${px(x(v))}" y="${bottom + 16}" text-anchor="middle">${fmt.plain(mx, v)}</text>
          `
        )}${metricTicks(my, y.domain, 4).map((v) =>
          html`
            <path class="gridline" d="M${left} ${px(y(v))}H${right}" />
            <text x="${left - 8}" y="${px(y(v) + 4)}" text-anchor="end">${fmt.plain(my, v)}</text>
          `
        )}<text class="name" x="${left}" y="12">${withUnit(my, fmt)}</text><text class="name"
          x="${right}" y="${height - 6}" text-anchor="end">${withUnit(
            mx,
            fmt,
          )}</text><g class="${colour(
            my,
          )}">
          <path class="dots scatter" d="${dotPath(ys, (i) => x(xs[i]), y)}" />
        </g>
      `,
    ),
    name: `${my.name} against ${mx.name}`,
    summary: `${pairs.length} pairs of values.`,
    stops: sorted.map((/** @type {any} */ pair) => ({
      x: x(pair.x),
      text: `${fmt.longDay(pair.day)}: ${fmt.full(mx, pair.x)}, ${fmt.full(my, pair.y)}`,
    })),
    table: {
      head: ["day", mx.name, my.name],
      rows: pairs.map((
        /** @type {any} */ pair,
      ) => [pair.day, fmt.plain(mx, pair.x), fmt.plain(my, pair.y)]).reverse(),
    },
  };
}

/** r at each lag, a column each. @param {any} relation @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function lagChart({ lags, lag: chosen, y: my }, { width, fmt }) {
  const height = 120;
  const [left, right, top, bottom] = [36, width - 6, 8, height - 24];
  const most = Math.max(0.3, ...lags.map((/** @type {any} */ { r }) => Math.abs(r ?? 0)));
  const y = linear([-most, most], [bottom, top]);
  const wide = (right - left) / lags.length;
  return {
    svg: svg(
      width,
      height,
      html`${
        [-most, 0, most].map((v) =>
          html`
            <path class="gridline" d="M${left} ${px(y(v))}H${right}" />
            <text x="${left - 6}" y="${px(y(v) + 4)}" text-anchor="end">${fmt.number(v, 1)}</text>
          `
        )
      }<g class="${colour(my)}">${
        lags.map((/** @type {any} */ { lag, r }, /** @type {number} */ i) =>
          r === null ? "" : html`
            <rect class="bar" opacity="${lag === chosen ? 1 : 0.4}" x="${px(
              left + i * wide + wide * 0.2,
            )}" y="${px(Math.min(y(0), y(r)))}" width="${px(wide * 0.6)}"
              height="${px(Math.max(1, Math.abs(y(r) - y(0))))}" rx="1.500" />
          `
        )
      }</g>${
        lags.map((/** @type {any} */ { lag }, /** @type {number} */ i) =>
          lag % 2 === 1 || lag % 2 === -1
            ? html`<text x="${px(left + (i + 0.5) * wide)}" y="${
              bottom + 16
            }" text-anchor="middle">${lag > 0 ? "+" : ""}${lag}</text>`
            : ""
        )
      }`,
    ),
    name: "Correlation by lag in days",
    summary: `Correlation for each lag; the chosen lag is ${chosen}.`,
    stops: lags.map((/** @type {any} */ { lag, r }, /** @type {number} */ i) => ({
      x: left + (i + 0.5) * wide,
      text: `${lag > 0 ? "+" : ""}${lag} days: ${
        r === null ? "too few pairs" : `r = ${fmt.number(r, 2)}`
      }`,
    })),
    table: null,
  };
}

/** Minutes of training, a column per week. @param {any[]} weeks @param {{ width: number, fmt: any, span: any }} options @returns {import("./parts.js").Chart} */
export function weeksChart(weeks, { width, fmt, span }) {
  const height = 170;
  const [left, right, top, bottom] = [44, width - 6, 10, height - 24];
  const first = Date.parse(weeks[0]?.week ?? span.from);
  const count = Math.max(1, Math.round((Date.parse(span.to) - first) / 604_800_000) + 1);
  const days = Array.from(
    { length: count },
    (_, i) => new Date(first + i * 604_800_000).toISOString().slice(0, 10),
  );
  const most = Math.max(60, ...weeks.map(({ minutes }) => minutes));
  const y = linear([0, most * 1.05], [bottom, top]);
  const wide = (right - left) / count;
  const x = (/** @type {number} */ i) => left + (i + 0.5) * wide;
  const place = (/** @type {string} */ week) => days.indexOf(week);
  return {
    svg: svg(
      width,
      height,
      html`${
        ticks([0, most / 60], 3).map((v) =>
          html`
            <path class="gridline" d="M${left} ${px(y(v * 60))}H${right}" />
            <text x="${left - 8}" y="${px(y(v * 60) + 4)}" text-anchor="end">${fmt.number(
              v,
              v % 1 ? 1 : 0,
            )}&nbsp;h</text>
          `
        )
      }${
        dayAxis({ days, x, top, bottom, width, most: Math.floor((right - left) / 80), fmt })
      }<g class="c-activity">${
        weeks.map(({ week, minutes }) =>
          html`
            <rect class="bar" x="${px(x(place(week)) - wide * 0.36)}" y="${px(
              y(minutes),
            )}" width="${px(Math.max(1, wide * 0.72))}" height="${px(
              Math.max(0, bottom - y(minutes)),
            )}" rx="2" />
          `
        )
      }</g>`,
    ),
    name: "Training, hours a week",
    summary: `${weeks.length} weeks with workouts.`,
    stops: weeks.map(({ week, minutes, count, energy }) => ({
      x: x(place(week)),
      text: `Week from ${fmt.fullDay(week)}: ${count} workouts, ${fmt.duration(minutes * 60)}, ${
        fmt.number(energy)
      } kcal`,
    })),
    table: {
      head: ["week from", "workouts", "minutes", "kcal"],
      rows: weeks.map(({ week, minutes, count, energy }) => [week, count, minutes, energy])
        .reverse(),
    },
  };
}

/** The mean of the days around a tag. @param {any} effect @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function aroundChart({ metric, around }, { width, fmt }) {
  const height = 130;
  const [left, right, top, bottom] = [
    metric.kind === "duration" ? 76 : 52,
    width - 12,
    10,
    height - 24,
  ];
  const beside = (around.length - 1) / 2;
  const x = linear([-beside, beside], [left, right]);
  const y = linear(padded(extent(around) ?? [0, 1], 0.15), [bottom, top]);
  const name = (/** @type {number} */ offset) =>
    offset === 0 ? "day" : `${offset > 0 ? "+" : "\u2212"}${Math.abs(offset)}`;
  return {
    svg: svg(
      width,
      height,
      html`
        ${metricTicks(metric, y.domain, 3).map((v) =>
          html`
            <path class="gridline" d="M${left} ${px(y(v))}H${right}" />
            <text x="${left - 8}" y="${px(y(v) + 4)}" text-anchor="end">${fmt.plain(
              metric,
              v,
            )}</text>
          `
        )}<path class="change" d="M${px(x(0))} ${top}V${bottom}" /><g class="${colour(metric)}">
          <path class="line" d="${linePath(around, (i) => x(i - beside), y)}" />
          <path class="dots big" d="${dotPath(around, (i) => x(i - beside), y)}" />
        </g>${around.map((/** @type {any} */ _, /** @type {number} */ i) =>
          html`<text x="${px(x(i - beside))}" y="${bottom + 16}" text-anchor="middle">${
            name(i - beside)
          }</text>`
        )}
      `,
    ),
    name: `${metric.name} around the tag`,
    summary: "The mean of the three days before, the day itself and the three days after.",
    stops: around.map((/** @type {number | null} */ value, /** @type {number} */ i) => ({
      x: x(i - beside),
      text: `${name(i - beside)}: ${value === null ? "no data" : fmt.full(metric, value)}`,
    })),
    table: null,
  };
}

/** @param {any} metric @param {any} fmt */
function withUnit(metric, fmt) {
  const unit = fmt.unit(metric);
  return html`${metric.name}${unit ? html`<tspan dx="6">${unit}</tspan>` : ""}`;
}
