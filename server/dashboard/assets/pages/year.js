import { calendarChart, rasterChart } from "../charts/calendar.js";
import { figure } from "../figure.js";
import { html } from "../html.js";
import { card, empty, head, moved, spanChooser, spanOf } from "../parts.js";

/** Of more nights the raster has a line per week. */
const MOST_LINES = 800;

export async function load(ctx) {
  const span = spanOf(ctx, "1y");
  const metric = ctx.params.get("metric") ?? "daily_sleep.score";
  return { span, ...await ctx.get("year", { from: span.from, to: span.to, metric }) };
}

export function view(year, ctx) {
  const { fmt, overview, href } = ctx;
  const { metric, span, values, regularity, nights, records } = year;
  const options = overview.metrics.map((/** @type {any} */ { id, name }) =>
    html`<option value="${id}" ${id === metric?.id ? SELECTED : ""}>${name}</option>`
  );
  const select =
    html`<select class="field" id="metric" aria-label="Metric of the calendar">${options}</select>`;
  const there = values.filter((/** @type {any} */ v) => v !== null).length;
  const body = html`${
    head(
      "Year",
      html`${
        spanChooser(ctx, {
          name: span.name ?? ctx.params.get("span") ?? (ctx.params.get("from") ? "" : "1y"),
        }, ["90d", "1y", "5y", "all"])
      }${select}`,
      ctx,
    )
  }
    ${
    metric === null || there === 0
      ? empty("No data in this span", "Choose another metric or a longer span.")
      : card(
        metric.name,
        figure("calendar", (width) => calendarChart(year, { width, fmt }), {
          onPick: (i) => void ctx.go(href({ day: moved(span.from, i) }, "/")),
        }),
        {
          note: year.scale
            ? `pale ${fmt.full(metric, year.scale.low)}, dark ${
              fmt.full(metric, year.scale.high)
            } · ${fmt.number(there)} days`
            : "",
        },
      )
  }
    <div class="grid">
      ${
    card(
      "Nights from bed to wake",
      nights.length === 0
        ? html`<p class="soft">No night in this span.</p>`
        : figure("raster", (width) => rasterChart(year, { width, fmt }), {
          onPick: (i) => void ctx.go(href({}, `/night/${nights[i].day}`)),
        }),
      {
        className: "w8",
        note: nights.length > MOST_LINES
          ? "a line per week, pale from earliest to latest"
          : "a line per night, in your local time",
      },
    )
  }
      ${
    card(
      "Regularity",
      regularity === null
        ? html`<p class="soft">Needs ten nights.</p>`
        : html`<div class="rows two">${
          [
            ["Usual bedtime", fmt.clock(regularity.bedtime)],
            ["Usual wake-up", fmt.clock(regularity.wakeUp)],
            ["Middle 70 % of bedtimes within", fmt.duration(regularity.bedtimeSpread * 3600)],
            ["Middle 70 % of wake-ups within", fmt.duration(regularity.wakeUpSpread * 3600)],
            ["Nights", fmt.number(regularity.nights)],
          ].map(([name, value]) => html`<div><span>${name}</span><b>${value}</b></div>`)
        }</div>`,
      { className: "w4" },
    )
  }
    </div>
    ${
    records.length === 0 ? "" : card(
      "Records of the span",
      html`<div class="facts">${
        records.map((/** @type {any} */ one) =>
          html`<div><span>${one.kind === "least" ? "Lowest" : "Highest"} ${
            one.metric.name.replace(/^(Lowest|Highest) /, "").replace(
              /^[A-Z](?=[a-z])/,
              (/** @type {string} */ letter) => letter.toLowerCase(),
            )
          }</span><b>${fmt.full(one.metric, one.value)}<small><a href="${
            href({ day: one.day }, "/")
          }">${fmt.fullDay(one.day)}</a></small></b></div>`
        )
      }</div>`,
    )
  }`;
  return {
    title: "Year",
    body,
    mounted: (/** @type {HTMLElement} */ root) => {
      const field = root.querySelector("#metric");
      field?.addEventListener(
        "change",
        () =>
          void ctx.go(href({ metric: /** @type {HTMLSelectElement} */ (field).value }), {
            keepScroll: true,
          }),
      );
    },
  };
}

const SELECTED = html`selected`;
