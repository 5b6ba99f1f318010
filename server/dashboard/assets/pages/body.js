import { colour } from "../charts/parts.js";
import { trendChart } from "../charts/trend.js";
import { figure } from "../figure.js";
import { html } from "../html.js";
import { card, empty, head, segments, spanChooser, spanOf } from "../parts.js";

export async function load(ctx) {
  const span = spanOf(ctx, "1y");
  const step = ctx.params.get("step") ?? (["5y", "all"].includes(span.name) ? "month" : "day");
  return { span, step, ...await ctx.get("body", { from: span.from, to: span.to, step }) };
}

export function view({ span, step, trend, profile }, ctx) {
  const { fmt, href } = ctx;
  const controls = html`${spanChooser(ctx, span)}${
    segments([["day", "Day"], ["week", "Week"], ["month", "Month"]], step, (one) =>
      href({ step: one }), "Width of a point")
  }`;
  const filled = trend.lines.filter((/** @type {any} */ { summary }) => summary.count > 0);
  const body = html`${head("Body", controls, ctx)}
    ${
    filled.length === 0
      ? empty(
        "Nothing measured in this span",
        "Temperature and breathing need a few nights, SpO2 a ring of the third generation; cardiovascular age and VO2 max come rarely.",
      )
      : html`
        <div class="grid">${filled.map((/** @type {any} */ { metric, last, summary }) =>
          card(
            metric.name,
            html`
              <div class="score ${colour(metric)}"><b class="mid">${last
                ? fmt.plain(metric, last.value)
                : "–"}</b>${last ? html`<span>${fmt.unit(metric)}</span>` : ""}</div>
              <p class="soft">${last ? fmt.fullDay(last.day) : ""}<br>${fmt.usual(
                metric,
                summary.usual,
              )}</p>
            `,
            { className: "w3" },
          )
        )}${weightCard(profile, fmt)}</div>
        ${card(
          "Over time",
          html`${
            filled.map((/** @type {any} */ line, /** @type {number} */ i) =>
              figure(`body-${i}`, (width) => trendChart(line, trend, { width, fmt, height: 156 }), {
                group: "body",
              })
            )
          }`,
          { className: "bare" },
        )}
        <p
          class="soft">Oura’s estimates, not medical measurements. Temperature is the deviation from your own level.</p>
      `
  }`;
  return { title: "Body", body };
}

/** The weight of the profile, which has no history in the API. */
function weightCard(profile, fmt) {
  if (!profile || profile.weight === null) return "";
  const height = profile.height === null ? "" : `, ${fmt.number(profile.height, 2)}\u00a0m`;
  return card(
    "Weight",
    html`
      <div class="score c-body"><b class="mid" data-value="weight">${fmt.number(
        profile.weight,
        1,
      )}</b><span>kg</span></div>
      <p class="soft">as entered in the Oura app${height}</p>
    `,
    { className: "w3" },
  );
}
