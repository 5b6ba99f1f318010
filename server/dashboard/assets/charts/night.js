/** The night on one axis: stages, heart rate, HRV and movement, with one cursor through all. */
import { html, px } from "../html.js";
import { linePath, svg, timeAxis } from "./parts.js";
import { extent, linear, padded } from "./scale.js";

const STAGES = ["awake", "rem", "light", "deep"];
const NAMES = { awake: "Awake", rem: "REM", light: "Light", deep: "Deep" };
const ROW = 27;

/** @param {any} night @param {{ width: number, fmt: any, compact?: boolean }} options @returns {import("./parts.js").Chart} */
export function nightChart(night, { width, fmt }) {
  const { main } = night;
  const offset = main.offsetSeconds;
  const from = Date.parse(main.start);
  const to = Date.parse(main.end ?? main.start) || from + 8 * 3_600_000;
  const narrow = width < 560;
  const [left, right] = [narrow ? 50 : 66, width - 14];
  const x = linear([from, to], [left, right]);
  let top = 8;
  const hypnogram = night.stages
    ? hypnogramAt(night.stages, x, top, { left, right, names: true })
    : "";
  if (night.stages) top += STAGES.length * ROW + 24;
  const panels = [];
  for (
    const [samples, name, unit, c] of [[night.heartRate, "Heart rate", "bpm", "c-heart"], [
      night.hrv,
      "HRV (RMSSD)",
      "ms",
      "c-hrv",
    ]]
  ) {
    if (!samples) continue;
    panels.push(panel(samples, { name, unit, c, top, x, left, right, fmt }));
    top += 112;
  }
  const movement = night.movement ? movementAt(night.movement, x, top, left) : "";
  if (night.movement) top += 46;
  const bottom = top;
  const height = bottom + 24;
  const most = Math.floor((right - left) / (narrow ? 62 : 90));
  return {
    svg: svg(
      width,
      height,
      html`${
        timeAxis({ from, to, offset, x, top: 4, bottom, most, fmt })
      }${hypnogram}${panels}${movement}`,
    ),
    name: `Night of ${fmt.longDay(night.day)}`,
    summary: `In bed from ${fmt.time(from, offset)} to ${fmt.time(to, offset)}; asleep ${
      main.asleep === null ? "unknown" : fmt.duration(main.asleep)
    }.`,
    stops: stopsOf(night, x, from, to, offset, fmt),
    table: tableOf(night, from, to, offset, fmt),
  };
}

/** Blocks of the stages, each stage on its own row. */
export function hypnogramAt(
  stages,
  x,
  top,
  { row = ROW, names = false, left = 0, right = 0 } = {},
) {
  const start = Date.parse(stages.start);
  const runs = [];
  for (const [i, stage] of stages.values.entries()) {
    const last = runs[runs.length - 1];
    if (last?.stage === stage) last.to = i + 1;
    else runs.push({ stage, from: i, to: i + 1 });
  }
  const at = (/** @type {number} */ i) => x(start + i * stages.every * 1000);
  const mid = (/** @type {string} */ stage) => top + STAGES.indexOf(stage) * row + row / 2;
  const shown = runs.filter(({ stage }) => stage !== null);
  return html`
    ${names
      ? STAGES.map((stage) =>
        html`
          <text x="${left - 8}" y="${px(mid(stage) + 4)}" text-anchor="end">${NAMES[stage]}</text>
          <path class="gridline" d="M${left} ${px(mid(stage))}H${right}" />
        `
      )
      : ""}<path class="step" d="${shown.slice(1).map((run, i) =>
        `M${px(at(run.from))} ${px(mid(shown[i].stage))}V${px(mid(run.stage))}`
      ).join("")}" />${shown.map(({ stage, from, to }) =>
        html`
          <rect class="stage c-${stage}" x="${px(at(from))}" y="${px(
            mid(stage) - row * 0.36,
          )}" width="${px(Math.max(1, at(to) - at(from)))}"
            height="${px(row * 0.72)}" rx="${Math.min(2, row / 6)}" />
        `
      )}
  `;
}

function panel(samples, { name, unit, c, top, x, left, right, fmt }) {
  const start = Date.parse(samples.start);
  const ends = extent(samples.values) ?? [0, 1];
  const y = linear(padded(ends), [top + 88, top + 22]);
  const at = (/** @type {number} */ i) => x(start + i * samples.every * 1000);
  return html`
    <g class="${c}">
      <text class="name" x="${left}"
        y="${top + 8}">${name}<tspan dx="6">${unit}</tspan></text>
      <text x="${left - 8}" y="${px(y(ends[1]) + 4)}" text-anchor="end">${fmt.number(
        ends[1],
      )}</text>
      <text x="${left - 8}" y="${px(y(ends[0]) + 4)}" text-anchor="end">${fmt.number(
        ends[0],
      )}</text>
      <path class="gridline"
        d="M${left} ${px(y(ends[1]))}H${right}M${left} ${px(y(ends[0]))}H${right}" />
      <path class="line" d="${linePath(samples.values, at, y)}" />
    </g>
  `;
}

function movementAt(movement, x, top, left) {
  const start = Date.parse(movement.start);
  const path = movement.values.map((value, i) =>
    value === null || value < 2
      ? ""
      : `M${px(x(start + i * movement.every * 1000))} ${top + 38}v-${(value - 1) * 8}`
  ).join("");
  return html`
    <text class="name" x="${left}" y="${top + 4}">Movement</text>
    <path class="move" d="${path}" />
  `;
}

function valueAt(samples, at) {
  if (!samples) return null;
  return samples.values[Math.floor((at - Date.parse(samples.start)) / (samples.every * 1000))] ??
    null;
}

function stopsOf(night, x, from, to, offset, fmt) {
  const stops = [];
  for (let at = from; at < to; at += 300_000) {
    const stage = valueAt(night.stages, at);
    const [heart, hrv] = [valueAt(night.heartRate, at), valueAt(night.hrv, at)];
    const parts = [
      fmt.time(at, offset),
      stage && NAMES[stage].toLowerCase(),
      heart && `${fmt.number(heart)} bpm`,
      hrv && `${fmt.number(hrv)} ms`,
    ];
    stops.push({ x: x(at), text: parts.filter(Boolean).join(" · ") });
  }
  return stops;
}

function tableOf(night, from, to, offset, fmt) {
  const rows = [];
  for (let at = from; at < to; at += 300_000) {
    const [heart, hrv] = [valueAt(night.heartRate, at), valueAt(night.hrv, at)];
    rows.push([
      fmt.time(at, offset),
      NAMES[valueAt(night.stages, at)] ?? "",
      heart ?? "",
      hrv ?? "",
    ]);
  }
  return { head: ["time", "stage", "heart rate, bpm", "HRV (RMSSD), ms"], rows };
}
