import { colour } from "../charts/parts.js";
import { rangeDot, spark } from "../charts/small.js";
import { stripChart } from "../charts/strip.js";
import { figure } from "../figure.js";
import { offsetName } from "../format.js";
import { html } from "../html.js";
import { card, count, dayStepper, empty, head, moved } from "../parts.js";

export function load({ params, overview, get }) {
  return get("today", { day: params.get("day") ?? overview.today });
}

export function view(model, ctx) {
  const { fmt, overview, href } = ctx;
  const { day, scores, strip, vitals, nightDay, activity, isToday } = model;
  const to = (/** @type {string} */ other) =>
    href({ day: other === overview.today ? null : other }, "/");
  const stepper = dayStepper({
    day,
    previous: day > overview.firstDay ? moved(day, -1) : null,
    next: day < overview.today ? moved(day, 1) : null,
    hrefOf: to,
    fmt,
    max: overview.today,
  });
  const nothing =
    scores.every((/** @type {any} */ { value, history }) =>
      value === null && history.every((/** @type {any} */ v) => v === null)
    ) && vitals.length === 0;
  const body = html`${head(isToday ? "Today" : fmt.longDay(day), stepper, ctx)}
    ${
    nothing ? nothingHere(day, overview, to, fmt) : html`
      <div class="grid scores">${scores.map((/** @type {any} */ one) =>
        scoreCard(one, fmt, isToday)
      )}</div>
      ${card(
        isToday ? "Since yesterday, 18:00" : "The day, 18:00 to 18:00",
        figure("strip", (width) => stripChart(strip, { width, fmt, now: ctx.now(), isToday })),
        { note: offsetName(strip.offsetSeconds) },
      )}
      <div class="grid">
        ${card(
          nightDay === day
            ? "Last night against your last 60 nights"
            : nightDay
            ? `Night of ${fmt.longDay(nightDay)}, the latest there is`
            : "Last night",
          vitals.length === 0
            ? noNight(isToday)
            : html`<div class="rows">${
              vitals.map((/** @type {any} */ vital) => vitalRow(vital, fmt))
            }</div>${outside(vitals)}`,
          {
            className: "w8",
            note: nightDay ? html`<a href="${href({}, `/night/${nightDay}`)}">the night ›</a>` : "",
          },
        )}
        ${card(
          isToday ? "Activity so far" : "Activity and stress",
          html`<div class="rows two">${
            activity.map((/** @type {any} */ one) =>
              html`<div><span>${one.metric.name}<br><span class="soft">${
                fmt.usual(one.metric, one.usual)
              }</span></span><b>${
                one.value === null ? "–" : fmt.full(one.metric, one.value)
              }</b></div>`
            )
          }</div>${
            activity.some((/** @type {any} */ { partial }) => partial)
              ? html`<p class="note">The day is not over: these figures still grow, and averages leave them out.</p>`
              : ""
          }`,
          { className: "w4" },
        )}
        ${isToday ? dataCard(overview, fmt, href, ctx.now()) : ""}
      </div>
    `
  }`;
  return {
    title: isToday ? "Today" : fmt.longDay(day),
    body,
    mounted: (/** @type {HTMLElement} */ root) => onDay(root, ctx, to),
  };
}

function nothingHere(day, overview, to, fmt) {
  const away = count(day, overview.firstDay);
  return away > 0
    ? empty(
      "Before your data begins",
      `The first day with data is ${fmt.fullDay(overview.firstDay)}.`,
      html`<a class="button" href="${to(overview.firstDay)}">Go there</a>`,
    )
    : empty(
      "Nothing on this day",
      "No score, no night and no heart rate: the ring was not worn, or the phone was away. The page Data says which.",
      html`<a class="button" href="/data">Data</a>`,
    );
}

/** Follows the field of the day. @param {HTMLElement} root @param {any} ctx @param {(day: string) => string} to */
export function onDay(root, ctx, to) {
  const field = root.querySelector("#day");
  field?.addEventListener("click", () => /** @type {HTMLInputElement} */ (field).showPicker?.());
  field?.addEventListener("change", () => {
    const { value } = /** @type {HTMLInputElement} */ (field);
    if (/^\d{4}-\d\d-\d\d$/.test(value)) void ctx.go(to(value));
  });
}

function againstMedian(difference, fmt) {
  const points = Math.round(difference);
  if (points === 0) return "at your median";
  return `${fmt.number(Math.abs(points))} ${points > 0 ? "above" : "below"} your median`;
}

function scoreCard(one, fmt, isToday) {
  const { metric, value, usual, partial } = one;
  const name = metric.name.replace(" score", "");
  const off = value === null || !usual ? "" : againstMedian(value - usual.median, fmt);
  const missing = isToday ? "not there yet" : "no score";
  return card(
    partial && value !== null ? `${name} so far` : name,
    html`
      <div class="score ${colour(metric)}">${value === null
        ? html`<b>–</b><span>${missing}</span>`
        : html`<b data-value="${metric.id}">${
          fmt.plain(metric, value)
        }</b><span>${off}</span>`}</div>
      <div data-spark="${metric.id}">${figureless(one, fmt)}</div>
    `,
    {
      className: "w4",
      note: usual ? `usual ${fmt.plain(metric, usual.low)}–${fmt.plain(metric, usual.high)}` : "",
    },
  );
}

function figureless(one, fmt) {
  return figure(`spark-${one.metric.id}`, (width) => ({
    svg: spark(one, { width, fmt }),
    name: `${one.metric.name}, last three weeks`,
    summary: `${one.metric.name} of the last ${one.history.length} days.`,
    stops: one.history.flatMap((/** @type {number | null} */ value, /** @type {number} */ i) => {
      const day = moved(one.day, i - one.history.length + 1);
      return [{
        x: 2 + (width - 70) * i / Math.max(1, one.history.length - 1),
        text: `${fmt.day(day)}: ${value === null ? "no data" : fmt.full(one.metric, value)}`,
      }];
    }),
    table: null,
  }));
}

function vitalRow(vital, fmt) {
  const { metric, value, usual } = vital;
  return html`<div><span>${metric.name}</span><b data-value="${metric.id}">${
    value === null ? "–" : fmt.full(metric, value)
  }</b>${rangeDot(vital)}<span class="soft">${fmt.usual(metric, usual)}</span></div>`;
}

/** What lies outside its usual range, in words, without a verdict. */
function outside(vitals) {
  const beyond = (/** @type {any} */ { value, usual }) =>
    value !== null && usual && (value < usual.low || value > usual.high);
  if (vitals.every((/** @type {any} */ { usual }) => usual === null)) return "";
  const sentences = vitals.filter(beyond).map((/** @type {any} */ { metric, value, usual }) =>
    `${metric.name} is ${value < usual.low ? "below" : "above"} its usual range.`
  );
  return sentences.length === 0
    ? html`<p class="note">All within your usual range.</p>`
    : html`<p class="note">${sentences.join(" ")}</p>`;
}

function noNight(isToday) {
  return empty(
    isToday ? "No night yet" : "No night",
    isToday
      ? "Oura hands a night over once its app was opened after waking up. The next sync then brings it."
      : "The ring recorded no long sleep that ended on this day.",
  );
}

function dataCard({ freshness, offsetSeconds }, fmt, href, now) {
  const { signIn, battery, openRejects, failedWindows, nextRun, why } = freshness;
  const revised = freshness.types.reduce(
    (/** @type {number} */ sum, /** @type {any} */ { revisedLast7Days }) => sum + revisedLast7Days,
    0,
  );
  const due = nextRun && Date.parse(nextRun) > now
    ? fmt.time(Date.parse(nextRun), offsetSeconds)
    : "by your schedule";
  const rows = [
    [
      "Sign-in",
      signIn === null
        ? "a fixed token"
        : signIn.state === "active"
        ? "active"
        : "ended: sign in again",
    ],
    ["Ring battery", battery ? `${fmt.number(battery.level)}\u00a0%` : "unknown"],
    ["Readings to repeat", failedWindows === 0 ? "none" : fmt.number(failedWindows)],
    ["In quarantine", openRejects === 0 ? "none" : fmt.number(openRejects)],
    ["Revised in 7 days", revised === 0 ? "none" : fmt.number(revised)],
    ["Next sync", due],
  ];
  return card(
    "Data",
    html`<div class="facts">${
      rows.map(([name, value]) => html`<div><span>${name}</span><b>${value}</b></div>`)
    }</div>${why ? html`<p class="note">${why}</p>` : ""}`,
    { className: "w12", note: html`<a href="${href({}, "/data")}">all of it ›</a>` },
  );
}
