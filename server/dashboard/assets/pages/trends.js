import { colour } from "../charts/parts.js";
import { overviewChart } from "../charts/overview.js";
import { trendChart } from "../charts/trend.js";
import { figure } from "../figure.js";
import { html } from "../html.js";
import { effectsOf, relationCards } from "./trends_relation.js";
import { card, empty, head, moved, segments, spanChooser, spanOf } from "../parts.js";

const DEFAULT = ["sleep.average_hrv", "sleep.lowest_heart_rate", "sleep.deep_sleep_duration"];
const COMPARE = [["none", "No comparison"], ["period", "Period before"], ["year", "Year before"]];

export async function load(ctx) {
  const { params, get, overview } = ctx;
  const span = spanOf(ctx, "1y");
  const known = new Set(overview.metrics.map((/** @type {any} */ { id }) => id));
  const asked = params.get("metrics")?.split(",") ?? DEFAULT;
  const metrics = asked.filter((/** @type {string} */ id) => known.has(id));
  const step = params.get("step") ?? (span.name === "all" || span.name === "5y" ? "month" : "day");
  const query = {
    from: span.from,
    to: span.to,
    step,
    compare: params.get("compare") ?? "none",
    metrics: metrics.join(","),
  };
  const [x, y] = [params.get("x") ?? metrics[0], params.get("y") ?? metrics[1]];
  const lag = Number(params.get("lag") ?? 0) || 0;
  const { from, to } = span;
  const [trend, related, tagged] = await Promise.all([
    metrics.length === 0 ? null : get("trends", query),
    x && y && x !== y ? get("relation", { x, y, lag, from, to }) : null,
    y ? get("tags", { metrics: y, from, to }) : null,
  ]);
  const effects = effectsOf(tagged?.tags ?? []);
  return { span, metrics, step, query, trend, relation: related?.relation ?? null, effects };
}

export function view(model, ctx) {
  const { fmt, href, overview, params } = ctx;
  const { span, metrics, step, trend, relation, effects, query } = model;
  const controls = html`${spanChooser(ctx, span)}${
    segments([["day", "Day"], ["week", "Week"], ["month", "Month"]], step, (one) =>
      href({ step: one }), "Width of a point")
  }`;
  const chips = html`<div class="chips">${
    (trend?.lines ?? []).map((/** @type {any} */ { metric }) =>
      html`
        <a class="chip ${colour(metric)}" href="${href({
          metrics: metrics.filter((/** @type {string} */ id) => id !== metric.id).join(","),
        })}"
          aria-label="Remove ${metric.name}"><i></i>${metric.name} ×</a>
      `
    )
  }
    <label class="chip add">+ Add a metric (${overview.metrics.length})<select id="add" aria-label="Add a metric"><option value="">Choose …</option>${
    byGroup(overview.metrics, metrics)
  }</select></label>
    <label class="chip add">${
    COMPARE.find(([one]) => one === (params.get("compare") ?? "none"))?.[1]
  }<select id="compare" aria-label="Compare with">${
    COMPARE.map(([one, name]) =>
      html`<option value="${one}" ${one === query.compare ? SELECTED : ""}>${name}</option>`
    )
  }</select></label>
    ${
    trend
      ? html`<a class="chip add" download="oura-trends.csv" href="/api/trends.csv?${
        new URLSearchParams({
          ...query,
          ...(params.get("wearer") ? { wearer: params.get("wearer") } : {}),
        }).toString()
      }">CSV ↓</a>`
      : ""
  }</div>`;
  const hasValues =
    trend?.lines.some((/** @type {any} */ { summary, partial }) =>
      summary.count > 0 || partial !== null
    ) ?? false;
  const charts = hasValues
    ? card(
      "",
      html`${
        trend.lines.map((/** @type {any} */ line, /** @type {number} */ i) =>
          figure(`trend-${i}`, (width) => trendChart(line, trend, { width, fmt }), {
            group: "trend",
            onRange: (from, to) => zoom(ctx, trend, from, to),
            onPick: (i) => pick(ctx, trend, line, i),
          })
        )
      }${
        span.name === "all" ? "" : figure(
          "overview",
          (width) =>
            overviewChart({ first: overview.firstDay, last: overview.today, span, fmt, width }),
          { onRange: (from, to) => zoomDays(ctx, overview.firstDay, from, to) },
        )
      }${legend(trend)}`,
      { className: "bare" },
    )
    : metrics.length > 0
    ? empty("No values in this span", "Choose a longer span, or look at Data for the cause.")
    : empty("No metric chosen", "Add one above, or press / and type its name.");
  const body = html`${head("Trends", controls, ctx)}${chips}${charts}${
    relation && relation.pairs.length > 2 ? relationCards(relation, effects, ctx) : ""
  }${hasValues ? figures(trend, fmt) : ""}`;
  return {
    title: "Trends",
    body,
    mounted: (/** @type {HTMLElement} */ root) => listen(root, ctx, metrics),
  };
}

const SELECTED = html`selected`;

/** What the marks of the shown charts mean. */
function legend({ marks, lines, step }) {
  const said = [
    [marks.tags.length > 0 && step === "day", "c-hrv", "tag"],
    [marks.workouts.length > 0 && step === "day", "c-activity", "workout"],
    [marks.journeys.length > 0, "c-body", "other time zone"],
    [marks.restMode.length > 0, "c-heart", "rest mode"],
  ];
  const open = lines.some((/** @type {any} */ { partial }) => partial !== null);
  return html`
    <p class="legend">${said.filter(([there]) => there).map(([, c, text]) =>
      html`<span class="key ${c}"><i></i>${text}</span>`
    )}${marks.algorithm.length > 0
      ? html`<span>dashed line: staging algorithm changed</span>`
      : ""}${open ? html`<span>ring: day not over</span>` : ""}<span>${step === "day"
      ? "band: usual range"
      : "line: median; dark band: middle half; pale band: least to most"}</span></p>
  `;
}

function byGroup(metrics, chosen) {
  const groups = Map.groupBy(
    metrics.filter((/** @type {any} */ { id }) => !chosen.includes(id)),
    (/** @type {any} */ { dataType }) => dataType,
  );
  return [...groups].map(([name, list]) =>
    html`<optgroup label="${name}">${
      list.map((/** @type {any} */ { id, name }) => html`<option value="${id}">${name}</option>`)
    }</optgroup>`
  );
}

function listen(root, ctx, metrics) {
  const on = (/** @type {string} */ id, /** @type {(value: string) => string} */ to) => {
    const element = root.querySelector(id);
    element?.addEventListener(
      "change",
      () => void ctx.go(to(/** @type {HTMLSelectElement} */ (element).value), { keepScroll: true }),
    );
  };
  on("#add", (id) => ctx.href({ metrics: [...metrics, id].join(",") }));
  on("#compare", (compare) => ctx.href({ compare: compare === "none" ? null : compare }));
  on("#x", (x) => ctx.href({ x }));
  on("#y", (y) => ctx.href({ y }));
  on("#lag", (lag) => ctx.href({ lag: lag === "0" ? null : lag }));
}

function zoom(ctx, { starts, span }, from, to) {
  const day = (/** @type {number} */ place) =>
    starts[Math.max(0, Math.min(starts.length - 1, Math.round(place)))];
  const [a, b] = [day(from), day(to)];
  void ctx.go(ctx.href({ from: a, to: b > a ? b : span.to, span: null, step: null }), {
    keepScroll: true,
  });
}

function zoomDays(ctx, first, from, to) {
  const [a, b] = [moved(first, Math.round(from)), moved(first, Math.round(to))];
  void ctx.go(ctx.href({ from: a, to: b, span: null }), { keepScroll: true });
}

function pick(ctx, { starts, step }, { metric }, place) {
  if (step !== "day") return;
  const night = ["sleep", "daily_sleep", "daily_readiness", "daily_spo2"].includes(metric.dataType);
  void ctx.go(
    night ? ctx.href({}, `/night/${starts[place]}`) : ctx.href({ day: starts[place] }, "/"),
  );
}

function figures({ lines, compared }, fmt) {
  const cell = (/** @type {any} */ metric, /** @type {any} */ value) =>
    html`<td class="n">${value === null ? "–" : fmt.full(metric, value)}</td>`;
  return card(
    "The span in figures",
    html`
      <div class="scroll" tabindex="0" role="region" aria-label="The span in figures">
        <table>
          <thead>
            <tr><th>metric</th><th class="n">days</th><th class="n">median</th><th class="n">mean</th><th class="n">middle 70 %</th><th class="n">least</th><th class="n">most</th>${compared
              ? html`<th class="n">median before</th>`
              : ""}</tr>
          </thead>
          <tbody>${lines.map((/** @type {any} */ { metric, summary, before }) =>
            html`<tr><td>${metric.name}${
              metric.meaning
                ? html`<br><span class="soft">${metric.meaning.replaceAll("`", "")}</span>`
                : ""
            }</td><td class="n">${fmt.number(summary.count)}</td>${cell(metric, summary.median)}${
              cell(metric, summary.mean)
            }<td class="n">${
              summary.usual
                ? `${fmt.plain(metric, summary.usual.low)} to ${
                  fmt.plain(metric, summary.usual.high)
                }`
                : "–"
            }</td>${cell(metric, summary.least)}${cell(metric, summary.most)}${
              compared ? cell(metric, before?.summary.median ?? null) : ""
            }</tr>`
          )}</tbody>
        </table>
      </div>
    `,
  );
}
