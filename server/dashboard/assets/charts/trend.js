/** A metric over days, weeks or months: dots, running mean, usual range, marks and what is missing. */
import { html, px } from "../html.js";
import { bandPath, colour, dayAxis, dotPath, linePath, placeOf, svg } from "./parts.js";
import { extent, linear, metricTicks, padded } from "./scale.js";
import { area, causeName, dayTicksOf, holesOf, markNames, tripBar } from "./trend_marks.js";

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
  const ends = extent(
    line.values,
    line.low,
    line.high,
    line.least ?? [],
    line.most ?? [],
    line.before?.values ?? [],
    partial,
  );
  const x = linear([0, Math.max(1, starts.length - 1)], [left, right]);
  const y = linear(padded(ends ?? [0, 1]), [bottom, top]);
  const at = (/** @type {string} */ day) =>
    x(Math.max(0, Math.min(starts.length - 1, placeOf(starts, day))));
  const c = colour(metric);
  const plot = { top, bottom, right };
  const holes = holesOf(line, trend, at, x);
  const rests = trend.marks.restMode.map((/** @type {any} */ { from, to }) => ({
    from: at(from) - 1,
    to: Math.max(at(from) + 2, at(to) + 1),
  }));
  const trips = trend.marks.journeys.map((/** @type {any} */ { from, to, offset }) => ({
    from: at(from),
    to: at(to),
    offset,
  }));
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
      width,
      most: Math.floor((right - left) / (narrow ? 62 : 80)),
      fmt,
    })}
    ${holes.map(({ from, to }) => area("hole", from, to, plot))}
    ${rests.map(({ from, to }) => area("rest", from, to, plot))}
    ${trips.map(({ from, to }) => tripBar(from, to, plot))}
    ${ends === null ? "" : yTicks(metric, y, left, right, fmt)}
    ${line.least
      ? html`
        <path class="band" d="${bandPath(line.least, line.most, x, y)}" />
        <path class="band middle" d="${bandPath(line.low, line.high, x, y)}" />
      `
      : html`
        <path class="band" d="${bandPath(line.low, line.high, x, y, 3)}" />
      `}
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
    ${step === "day" ? dayTicksOf(trend.marks.tags, at, bottom - 1, right - left, "tagtick") : ""}
    ${step === "day"
      ? dayTicksOf(trend.marks.workouts, at, bottom - 7, right - left, "tagtick worktick")
      : ""}
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
    ${labels && !narrow ? markNames({ holes, rests, trips }, plot) : ""}
    ${last === undefined || last === null
      ? html`<text x="${(left + right) / 2}" y="${
        (top + bottom) / 2
      }" text-anchor="middle">no data in this span</text>`
      : html`
        <text class="value" x="${right + 8}" y="${px(
          Math.min(y(last), bottom - 16) + 4,
        )}">${fmt.unit(metric).length > 5 ? fmt.plain(metric, last) : fmt.full(metric, last)}</text>
        <text class="mark" x="${right + 8}" y="${px(
          Math.min(y(last), bottom - 16) + 18,
        )}">${mean !== null ? "7-day mean" : step === "day" ? "latest" : `last ${step}`}</text>
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
      const missing = line.gaps.find(({ from, to }) => from <= start && start <= to);
      const cause = missing?.cause ? ` (${causeName(missing.cause)})` : "";
      return [{
        x: x(i),
        text: `${when}: ${value === null ? `no data${cause}` : fmt.full(metric, value)}${note}`,
      }];
    }),
    table: {
      head: [
        step,
        `${metric.name}${fmt.unit(metric) ? `, ${fmt.unit(metric)}` : ""}`,
        ...columnsOf(line).map(([name]) => name),
      ],
      rows: starts.map((/** @type {string} */ start, /** @type {number} */ i) => [
        start,
        ...[line.values, ...columnsOf(line).map(([, values]) => values)].map((values) =>
          values[i] === null ? "" : fmt.plain(metric, values[i])
        ),
      ]).reverse(),
    },
    plot: { left, right },
    invert: (pixel) => x.invert(pixel),
  };
}

/** What the table has beside the value, by name. */
function columnsOf(line) {
  return line.least
    ? [
      ["middle half from", line.low],
      ["to", line.high],
      ["least", line.least],
      ["mean", line.mean],
      ["most", line.most],
    ]
    : [["usual from", line.low], ["usual to", line.high]];
}

function unitNote(metric, fmt, step) {
  const unit = fmt.unit(metric);
  const parts = [
    unit,
    metric.daily === "main night" ? "night" : "",
    step === "day" ? "" : `median, middle half and range by ${step}`,
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
  return metricTicks(metric, y.domain, count).map((value) => {
    const text = shortValue(metric, value, fmt);
    // The word of a level has no room at the side: it stands on its line.
    const place = metric.kind === "level"
      ? html`<text class="mark" x="${left + 4}" y="${px(y(value) - 4)}">${text}</text>`
      : html`<text x="${left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${text}</text>`;
    return html`
      <path class="gridline" d="M${left} ${px(y(value))}H${px(right)}" />${place}
    `;
  });
}

function shortValue(metric, value, fmt) {
  if (metric.kind !== "duration") return fmt.plain(metric, value);
  if (value === 0) return "0";
  const hours = value / 3600;
  const decimals = [0, 1].find((count) => Math.abs(hours * 10 ** count % 1) < 1e-9) ?? 2;
  return Math.abs(hours) < 1 ? fmt.duration(value) : `${fmt.number(hours, decimals)}\u00a0h`;
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
