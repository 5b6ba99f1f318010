import { weeksChart } from "../charts/relations.js";
import { trendChart } from "../charts/trend.js";
import { figure } from "../figure.js";
import { html } from "../html.js";
import { card, empty, head, segments, spanChooser, spanOf } from "../parts.js";

const MOST_WORKOUTS = 60;

export async function load(ctx) {
  const span = spanOf(ctx, "90d");
  const step = ctx.params.get("step") ?? (["5y", "all"].includes(span.name) ? "month" : "day");
  return { span, step, ...await ctx.get("activity", { from: span.from, to: span.to, step }) };
}

export function view({ span, step, trend, workouts, weeks }, ctx) {
  const { fmt, href } = ctx;
  const controls = html`${spanChooser(ctx, span)}${
    segments([["day", "Day"], ["week", "Week"], ["month", "Month"]], step, (one) =>
      href({ step: one }), "Width of a point")
  }`;
  const filled = trend.lines.filter((/** @type {any} */ { summary }) => summary.count > 0);
  const body = html`${head("Activity", controls, ctx)}
    ${
    filled.length === 0
      ? empty("No activity in this span", "Choose a longer span, or look at Data for the cause.")
      : card(
        "Activity and stress",
        html`${
          filled.map((/** @type {any} */ line, /** @type {number} */ i) =>
            figure(`line-${i}`, (width) => trendChart(line, trend, { width, fmt, height: 150 }), {
              group: "activity",
              onPick: (i) => step === "day" && void ctx.go(href({ day: trend.starts[i] }, "/")),
            })
          )
        }`,
        { className: "bare" },
      )
  }
    <div class="grid">
      ${
    card(
      "Training, hours a week",
      weeks.length === 0
        ? html`<p class="soft">No workouts in this span.</p>`
        : figure("weeks", (width) => weeksChart(weeks, { width, fmt, span: trend.span })),
      { className: "w12" },
    )
  }
    </div>
    ${
    workouts.length === 0 ? "" : card(
      "Workouts",
      html`
        <div class="scroll" tabindex="0" role="region" aria-label="Workouts">
          <table>
            <thead>
              <tr>
                <th>when</th>
                <th>activity</th>
                <th>intensity</th>
                <th class="n">time</th>
                <th class="n">distance</th>
                <th class="n">energy</th>
              </tr>
            </thead>
            <tbody>${workouts.slice(0, MOST_WORKOUTS).map((/** @type {any} */ one) =>
              html`
                <tr>
                  <td><a href="${href({ day: one.day }, "/")}">${one.start
                    ? fmt.moment(Date.parse(one.start), one.offsetSeconds ?? 0)
                    : fmt.day(one.day)}</a></td>
                  <td>${one.label ?? one.activity}</td>
                  <td>${one.intensity ?? ""}</td>
                  <td class="n">${one.minutes === null ? "" : fmt.duration(one.minutes * 60)}</td>
                  <td class="n">${one.distance === null
                    ? ""
                    : `${fmt.number(one.distance / 1000, 1)}\u00a0km`}</td>
                  <td class="n">${one.energy === null
                    ? ""
                    : `${fmt.number(one.energy)}\u00a0kcal`}</td>
                </tr>
              `
            )}</tbody>
          </table>
        </div>
      `,
      {
        note: workouts.length > MOST_WORKOUTS
          ? `the latest ${MOST_WORKOUTS} of ${fmt.number(workouts.length)}`
          : `${workouts.length}`,
      },
    )
  }`;
  return { title: "Activity", body };
}
