/** What pages are put together from. */
import { html } from "./html.js";

/** @param {string} title @param {unknown} controls @param {any} ctx */
export function head(title, controls, ctx) {
  return html`<header class="head"><h1>${title}</h1>${controls}${freshness(ctx)}</header>`;
}

/** How fresh the data is, and why it is not. @param {any} ctx */
export function freshness({ overview, fmt, now }) {
  const { verdict, why, readAt, newestAt } = overview.freshness;
  const age = (/** @type {string} */ time) => fmt.ago((now() - Date.parse(time)) / 1000);
  const read = readAt ? `Read ${age(readAt)}` : "Never read";
  const until = newestAt ? ` · ring data until ${sameDay(newestAt, overview, fmt)}` : "";
  return html`
    <a class="fresh" href="/data" data-verdict="${verdict}"
      title="${why ?? ""}"><i></i><span>${verdict === "fresh" ? "" : html`
        <b>${VERDICTS[verdict]}.</b>
      `}${read}${until}</span></a>
  `;
}

const VERDICTS = { stale: "Stale", failing: "Failing", never: "Never read" };

function sameDay(time, { today, offsetSeconds }, fmt) {
  const local = new Date(Date.parse(time) + offsetSeconds * 1000).toISOString();
  const clock = fmt.time(Date.parse(time), offsetSeconds);
  return local.startsWith(today) ? `${clock} today` : `${fmt.day(local.slice(0, 10))}, ${clock}`;
}

/** @param {string} title @param {unknown} body @param {{ note?: unknown, className?: string }} [options] */
export function card(title, body, { note = "", className = "" } = {}) {
  return html`
    <section
      class="card ${className}"><header><h2>${title}</h2>${note === ""
        ? ""
        : html`<span>${note}</span>`}</header>${body}</section>
  `;
}

/** A row of links of which one is chosen. @param {[string, string][]} choices @param {string} chosen @param {(value: string) => string} hrefOf @param {string} label */
export function segments(choices, chosen, hrefOf, label) {
  return html`<nav class="seg" aria-label="${label}">${
    choices.map(([value, text]) =>
      html`<a href="${hrefOf(value)}" ${value === chosen ? CURRENT : ""}>${text}</a>`
    )
  }</nav>`;
}

const CURRENT = html`aria-current="true"`;

/** @param {string} title @param {string} what @param {unknown} [how] */
export function empty(title, what, how = "") {
  return html`<div class="empty"><b>${title}</b><span>${what}</span>${how}</div>`;
}

/** The day before and after, and a field to choose one. @param {any} options */
export function dayStepper({ day, previous, next, hrefOf, fmt, max }) {
  const arrow = (
    /** @type {string | null} */ to,
    /** @type {string} */ name,
    /** @type {string} */ sign,
  ) =>
    to === null
      ? html`<span aria-disabled="true">${sign}</span>`
      : html`<a href="${hrefOf(to)}" aria-label="${name}" data-step="${name}">${sign}</a>`;
  return html`
    <div
      class="stepper">${arrow(previous, "previous day", "‹")}<label>${fmt.longDay(
        day,
      )}<input type="date" id="day" aria-label="Another day" value="${day}" max="${max}"></label>${arrow(
        next,
        "next day",
        "›",
      )}</div>
  `;
}

/** A day moved. @param {string} day @param {number} days */
export function moved(day, days) {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The days from one to another, both included. @param {string} from @param {string} to */
export function count(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
}

const SPANS = { "30d": 30, "90d": 90, "1y": 365, "5y": 1826 };

/** A chart of fewer days would be wider than it tells. */
const LEAST_DAYS = 14;

/** The span of an address: a name such as `1y`, or two days. @param {any} ctx @param {string} otherwise */
export function spanOf({ params, overview }, otherwise) {
  const to = params.get("to") ?? overview.today;
  if (params.get("from")) return { name: "", from: params.get("from"), to };
  const name = params.get("span") ?? otherwise;
  const wanted = name === "all" ? overview.firstDay : moved(to, 1 - (SPANS[name] ?? 365));
  // Years before the first day would only be white.
  const from = wanted < overview.firstDay ? overview.firstDay : wanted;
  const latest = moved(to, 1 - LEAST_DAYS);
  return { name, from: from < latest ? from : latest, to };
}

/** Links to the common spans. @param {any} ctx @param {{ name: string }} span @param {string[]} [names] */
export function spanChooser(ctx, { name }, names = ["30d", "90d", "1y", "5y", "all"]) {
  const texts = { "30d": "30 d", "90d": "90 d", "1y": "1 y", "5y": "5 y", all: "All" };
  return segments(
    names.map((one) => [one, texts[one]]),
    name,
    (span) => ctx.href({ span, from: null, to: null }),
    "Span",
  );
}
