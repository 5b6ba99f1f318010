/** How two metrics of the trends go together, and with which tags the first one differs. */
import { lagChart, scatterChart } from "../charts/relations.js";
import { figure } from "../figure.js";
import { html } from "../html.js";
import { card } from "../parts.js";

const SELECTED = html`selected`;
const MOST_EFFECTS = 3;

/** The clearest differences with a tag: those whose interval leaves out zero. @param {any[]} tags */
export function effectsOf(tags) {
  const clearness = (/** @type {any} */ { difference, interval }) =>
    Math.abs(difference) / ((interval.high - interval.low) / 2);
  return tags.flatMap(({ tag, effects: [one] }) =>
    one?.effect && !one.few && one.effect.interval.low * one.effect.interval.high > 0
      ? [{ tag, metric: one.metric, ...one.effect }]
      : []
  ).toSorted((a, b) => clearness(b) - clearness(a)).slice(0, MOST_EFFECTS);
}

/** @param {any[]} effects @param {any} fmt @param {(changes: object, path?: string) => string} href */
function effectRows(effects, fmt, href) {
  if (effects.length === 0) return "";
  const [{ metric }] = effects;
  return html`
    <p class="note">${metric.name} in the night after, against nights without it:</p>
    <div class="rows three">${effects.map(({ tag, difference, interval, first }) =>
      html`<div><a href="${href({ tag }, "/tags")}">${tag}</a><b>${
        fmt.change(metric, difference)
      }</b><span class="soft">${fmt.number(first.count)} nights, ${
        fmt.change(metric, interval.low)
      } to ${fmt.change(metric, interval.high)}</span></div>`
    )}</div>
  `;
}

/** Two metrics against each other, and the tags after which the first of them differs most. @param {any} relation @param {any[]} effects @param {any} ctx */
export function relationCards(relation, effects, { fmt, overview, href }) {
  const { correlation, lag, x, y, stagedSince } = relation;
  const names = overview.metrics;
  const choose = (
    /** @type {string} */ id,
    /** @type {any} */ chosen,
    /** @type {string} */ label,
  ) =>
    html`<select id="${id}" aria-label="${label}">${
      names.map((/** @type {any} */ one) =>
        html`<option value="${one.id}" ${one.id === chosen.id ? SELECTED : ""}>${one.name}</option>`
      )
    }</select>`;
  const lags = html`<select id="lag" aria-label="Lag in days">${
    relation.lags.map((/** @type {any} */ one) =>
      html`<option value="${one.lag}" ${one.lag === lag ? SELECTED : ""}>${
        lagName(one.lag)
      }</option>`
    )
  }</select>`;
  const interval = correlation?.interval;
  const words = correlation === null
    ? html`<p>Too few days have both values.</p>`
    : html`<p>r = <b data-value="r">${fmt.number(correlation.r, 2)}</b> over ${
      fmt.number(correlation.count)
    } days, which count as about <b>${
      fmt.number(correlation.effective)
    } independent</b> days, because neighbours resemble each other. ${
      interval
        ? `The true value lies between ${fmt.number(interval.low, 2)} and ${
          fmt.number(interval.high, 2)
        } with 95 % confidence.`
        : "That is too few for an interval."
    }${
      interval && interval.low * interval.high <= 0
        ? " Zero is among them: this may be chance."
        : ""
    }</p>`;
  return html`<div class="grid">${
    card(
      `${y.name} and ${x.name}, ${lagName(lag)}`,
      html`
        ${words}${stagedSince
          ? html`
            <p
              class="note">Nights before ${fmt.fullDay(
                stagedSince,
              )} were staged by an older algorithm and are left out of this figure.</p>
          `
          : ""}<div
          class="chips pick">${choose("y", y, "Vertical metric")}${lags}${choose(
            "x",
            x,
            "Horizontal metric",
          )}</div>${figure("lags", (width) => lagChart(relation, { width, fmt }))}${effectRows(
            effects,
            fmt,
            href,
          )}
      `,
      { className: "w7" },
    )
  }${
    card("Scatter", figure("scatter", (width) => scatterChart(relation, { width, fmt })), {
      className: "w5",
    })
  }</div>`;
}

function lagName(lag) {
  if (lag === 0) return "same day";
  return `${Math.abs(lag)} ${Math.abs(lag) === 1 ? "day" : "days"} ${
    lag > 0 ? "later" : "earlier"
  }`;
}
