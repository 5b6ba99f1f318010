import { colour } from "../charts/parts.js";
import { effect } from "../charts/small.js";
import { figure } from "../figure.js";
import { html } from "../html.js";
import { aroundChart } from "../charts/relations.js";
import { card, empty, head, segments, spanChooser, spanOf } from "../parts.js";

export async function load(ctx) {
  const span = spanOf(ctx, "1y");
  const lag = ctx.params.get("lag") ?? "1";
  return { span, lag, report: await ctx.get("tags", { from: span.from, to: span.to, lag }) };
}

export function view({ span, lag, report }, ctx) {
  const { fmt, href, params } = ctx;
  const { tags, stagedSince } = report;
  const controls = html`${spanChooser(ctx, span)}${
    segments([["0", "Same day"], ["1", "Night after"], ["2", "A day later"]], lag, (one) =>
      href({ lag: one }), "When the value is taken")
  }`;
  const chosen = tags.find((/** @type {any} */ { tag }) => tag === params.get("tag")) ??
    tags.find((/** @type {any} */ { tag }) => tag !== "workout") ?? tags[0];
  const body = html`${head("Tags", controls, ctx)}
    ${
    tags.length === 0
      ? empty(
        "No tags in this span",
        "Set tags in the Oura app: alcohol, a late meal, a sauna. After ten days with one, this page shows what the nights after it were like.",
      )
      : html`
        <div class="chips">${tags.map((/** @type {any} */ { tag, days }) =>
          html`<a class="chip" href="${href({ tag })}" ${
            tag === chosen.tag ? CURRENT : ""
          }>${tag} <span class="soft">${fmt.number(days.length)}</span></a>`
        )}</div>
        ${card(
          `With “${chosen.tag}” and without`,
          html`
            <div class="rows effects">${chosen.effects.map((/** @type {any} */ one) =>
              effectRow(one, fmt)
            )}</div>
            <p
              class="note">The difference of the means with its 95 % interval (Welch). Where the interval holds zero, the difference may be chance; days that share a habit often share more than that.${stagedSince
                ? ` Nights before ${
                  fmt.fullDay(stagedSince)
                } were staged by an older algorithm and are left out of stages and the sleep score.`
                : ""}</p>
          `,
          { note: `${fmt.number(chosen.days.length)} days with it` },
        )}
        <div class="grid">${chosen.effects.filter((/** @type {any} */ { around }) =>
          around.some((/** @type {any} */ v) => v !== null)
        ).map((/** @type {any} */ one, /** @type {number} */ i) =>
          card(
            one.metric.name,
            figure(`around-${i}`, (width) => aroundChart(one, { width, fmt })),
            { className: "w4", note: "mean by day" },
          )
        )}</div>
        ${card(
          "The latest days with it",
          html`<div class="chips">${
            chosen.days.toReversed().slice(0, 30).map((/** @type {string} */ day) =>
              html`<a class="chip" href="${href({ day }, "/")}">${fmt.fullDay(day)}</a>`
            )
          }</div>`,
        )}
      `
  }`;
  return { title: "Tags", body };
}

const CURRENT = html`aria-current="true"`;

function effectRow({ metric, effect: found, few }, fmt) {
  if (found === null) {
    return html`<div><span>${metric.name}</span><b>–</b><span></span><span class="soft">too few days on one side</span></div>`;
  }
  const { difference, interval, first, second } = found;
  const most = Math.max(Math.abs(interval.low), Math.abs(interval.high)) * 1.15;
  const spread = `${fmt.change(metric, interval.low)} to ${fmt.change(metric, interval.high)}`;
  return html`<div><span>${metric.name}</span><b class="${
    colour(metric)
  }" data-value="${metric.id}">${fmt.change(metric, difference)}</b>${
    effect({ low: interval.low, high: interval.high, at: difference, most, c: colour(metric) })
  }<span class="soft">${spread}<br>${fmt.number(first.count)} with, ${
    fmt.number(second.count)
  } without${few ? " – under 10: say little" : ""}</span></div>`;
}
