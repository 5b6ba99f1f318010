/** A metric over days, weeks or months: dots, running mean, usual range, marks and what is missing. */
import { html, px } from "../html.js";
import { CAUSES } from "./causes.js";
import { bandPath, colour, dayAxis, dotPath, linePath, placeOf, svg } from "./parts.js";
import { extent, linear, metricTicks, padded } from "./scale.js";

/**
 * @param {any} line A line of the view model. @param {any} trend The view model.
 * @param {{ width: number, height?: number, fmt: any, labels?: boolean }} options
 * @returns {import("./parts.js").Chart}
 */
export function trendChart(line, trend, { width, height = 172, fmt, labels = true }) {
  const { metric } = line;
  const { starts, step } = trend;
  const narrow = width < 560;
  const name = step === "day" ? metric.name : `${metric.name}, by ${step}`;
  const [left, right, top, bottom] = [
    narrow ? 42 : 54,
    width - (narrow ? 78 : 84),
    26,
    height - 24,
  ];
  const partial = line.partial ? [line.partial.value] : [];
  const ends = extent(line.values, line.low, line.high, line.before?.values ?? [], partial);
  const x = linear([0, Math.max(1, starts.length - 1)], [left, right]);
  const y = linear(padded(ends ?? [0, 1]), [bottom, top]);
  const at = (/** @type {string} */ day) =>
    x(Math.max(0, Math.min(starts.length - 1, placeOf(starts, day))));
  const c = colour(metric);
  const mean = line.running?.findLast((/** @type {any} */ v) => v !== null) ?? null;
  const last = mean ?? line.values.findLast((/** @type {any} */ v) => v !== null);
  const body = html`
    <text class="name" x="${left}" y="12">${metric.name}<tspan dx="6">${unitNote(
      metric,
      fmt,
      step,
    )}</tspan></text>
    ${dayAxis({
      days: starts,
      x,
      top,
      bottom,
      most: Math.floor((right - left) / (narrow ? 62 : 80)),
      fmt,
    })}
    ${gaps(line, at, top, bottom)}
    ${trend.marks.restMode.map((/** @type {any} */ span) =>
      shade(span, at, top, bottom, "rest", labels && !narrow ? "rest mode" : "")
    )}
    ${trend.marks.journeys.map((/** @type {any} */ span) =>
      trip(span, at, bottom, labels && !narrow)
    )}
    ${ends === null ? "" : yTicks(metric, y, left, right, fmt)}
    <path class="band" d="${bandPath(line.low, line.high, x, y, step === "day" ? 3 : 0)}" />
    ${line.before
      ? html`
        <path class="line before" d="${linePath(smooth(line.before.values, step), x, y, 2)}" />
      `
      : ""}
    ${step === "day" && !line.sparse
      ? html`
        <path class="dots ${starts.length > 800
          ? "many"
          : starts.length < 60
          ? "few"
          : ""}" d="${dotPath(line.values, x, y)}" />
      `
      : ""}
    <path class="line" d="${linePath(
      line.running ?? line.values,
      x,
      y,
      line.sparse ? Infinity : 1,
    )}" />
    ${step === "day" && !line.sparse ? "" : html`
      <path class="dots open" d="${dotPath(line.values, x, y)}" />
    `}
    ${line.partial
      ? html`
        <circle class="ring" cx="${px(at(line.partial.day))}" cy="${px(
          y(line.partial.value),
        )}" r="3.5" />
      `
      : ""}
    ${dayTicksOf(trend.marks.tags, at, bottom - 1, right - left, "tagtick")}
    ${dayTicksOf(trend.marks.workouts, at, bottom - 7, right - left, "tagtick worktick")}
    ${stagedByOura(metric)
      ? trend.marks.algorithm.map((/** @type {any} */ change) =>
        html`
          <path class="change" d="M${px(at(change.day))} ${top - 4}V${bottom}" />${labels
            ? html`<text class="mark" x="${px(at(change.day) + 5)}" y="${
              top + 5
            }">staging ${change.from} → ${change.to}</text>`
            : ""}
        `
      )
      : ""}
    ${last === undefined || last === null
      ? html`<text x="${(left + right) / 2}" y="${
        (top + bottom) / 2
      }" text-anchor="middle">no data in this span</text>`
      : html`
        <text class="value" x="${right + 8}" y="${px(y(last) + 4)}">${fmt.unit(metric).length > 5
          ? fmt.plain(metric, last)
          : fmt.full(metric, last)}</text>
        <text class="mark" x="${right + 8}" y="${px(y(last) + 18)}">${mean !== null
          ? "7-day mean"
          : step === "day"
          ? "latest"
          : `last ${step}`}</text>
      `}
  `;
  return {
    svg: svg(width, height, html`<g class="${c}">${body}</g>`),
    name,
    summary: summaryOf(line, fmt, step),
    stops: starts.flatMap((/** @type {string} */ start, /** @type {number} */ i) => {
      const value = line.values[i] ?? (line.partial?.day === start ? line.partial.value : null);
      const note = line.partial?.day === start ? ", so far" : "";
      const when = step === "day" ? fmt.longDay(start) : `${step} from ${fmt.fullDay(start)}`;
      return [{
        x: x(i),
        text: `${when}: ${value === null ? "no data" : fmt.full(metric, value)}${note}`,
      }];
    }),
    table: {
      head: [
        step,
        `${metric.name}${fmt.unit(metric) ? `, ${fmt.unit(metric)}` : ""}`,
        "usual from",
        "usual to",
      ],
      rows: starts.map((/** @type {string} */ start, /** @type {number} */ i) => [
        start,
        ...[line.values[i], line.low[i], line.high[i]].map((value) =>
          value === null ? "" : fmt.plain(metric, value)
        ),
      ]).reverse(),
    },
    plot: { left, right },
    invert: (pixel) => x.invert(pixel),
  };
}

function unitNote(metric, fmt, step) {
  const unit = fmt.unit(metric);
  const parts = [
    unit,
    metric.daily === "main night" ? "night" : "",
    step === "day" ? "" : `median and middle 70 % by ${step}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** A comparison is shown as its running mean, so that two clouds of dots do not mix. */
function smooth(values, step) {
  if (step !== "day") return values;
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - 6), i + 1).filter((v) => v !== null);
    return near.length < 3 ? null : near.reduce((a, b) => a + b, 0) / near.length;
  });
}

/** Figures a change of the staging algorithm touches. */
export function stagedByOura({ dataType, id }) {
  return dataType === "daily_sleep" ||
    (dataType === "sleep" && /deep|light|rem|awake|efficiency|latency|total/.test(id));
}

/** Names of two or three values at the left, with faint lines. */
export function yTicks(metric, y, left, right, fmt, count = 3) {
  return metricTicks(metric, y.domain, count).map((value) =>
    html`
      <path class="gridline" d="M${left} ${px(y(value))}H${px(right)}" />
      <text x="${left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${shortValue(
        metric,
        value,
        fmt,
      )}</text>
    `
  );
}

function shortValue(metric, value, fmt) {
  if (metric.kind !== "duration") return fmt.plain(metric, value);
  if (value === 0) return "0";
  return value % 3600 === 0 || value > 10_800
    ? `${fmt.number(value / 3600, value % 3600 === 0 ? 0 : 1)}\u00a0h`
    : fmt.duration(value);
}

function gaps(line, at, top, bottom) {
  return line.gaps.map((gap) => {
    const [from, to] = [at(gap.from) - 1, at(gap.to) + 1];
    const cause = gap.cause === null
      ? "no data"
      : CAUSES[gap.cause]?.[2] ?? gap.cause.replaceAll("_", " ");
    const wide = to - from > 22;
    return html`
      <rect class="hole" x="${px(from)}" y="${top}" width="${px(Math.max(2, to - from))}"
        height="${bottom - top}" />${wide
          ? html`<text class="mark" x="${px((from + to) / 2)}" y="${
            px((top + bottom) / 2)
          }" text-anchor="middle">${cause}</text>`
          : ""}
    `;
  });
}

function shade(span, at, top, bottom, className, label) {
  const [from, to] = [at(span.from) - 1, at(span.to) + 1];
  return html`
    <rect class="${className}" x="${px(from)}" y="${top}" width="${px(Math.max(3, to - from))}"
      height="${bottom - top}" />${label
        ? html`<text class="mark" x="${px(to + 4)}" y="${top + 5}">${label}</text>`
        : ""}
  `;
}

/** Labels stand above the two rows of ticks for tags and workouts. */
const ABOVE_TICKS = 15;

function trip(span, at, bottom, label) {
  const [from, to] = [at(span.from), at(span.to)];
  return html`
    <rect class="trip" x="${px(from)}" y="${bottom - 3}" width="${px(
      Math.max(3, to - from),
    )}" height="3" />${label && to - from > 12
      ? html`<text class="mark" x="${px((from + to) / 2)}" y="${
        bottom - ABOVE_TICKS
      }" text-anchor="middle">${span.offset}</text>`
      : ""}
  `;
}

/** Days with a tag or a workout; where they would run into one line they are left out. */
function dayTicksOf(marks, at, y, room, className) {
  const days = [...new Set(marks.map(({ day }) => day))];
  if (days.length === 0 || days.length > room / 4) return "";
  const path = days.map((day) => `M${px(at(day))} ${y}v-4`).join("");
  return html`
    <path class="${className}" d="${path}" />
  `;
}

function summaryOf({ metric, summary, gaps }, fmt, step) {
  if (summary.count === 0) return `${metric.name}: no data in this span.`;
  const range = summary.usual
    ? `, the middle 70 % from ${fmt.full(metric, summary.usual.low)} to ${
      fmt.full(metric, summary.usual.high)
    }`
    : "";
  const holes = gaps.length === 0 ? "" : ` ${gaps.length} gaps of two days or more.`;
  return `${metric.name}: ${fmt.number(summary.count)} days, median ${
    fmt.full(metric, summary.median)
  }${range}. Shown by ${step}.${holes}`;
}
