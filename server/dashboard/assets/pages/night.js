import { nightChart } from "../charts/night.js";
import { meter, stack } from "../charts/small.js";
import { figure } from "../figure.js";
import { offsetName } from "../format.js";
import { html } from "../html.js";
import { card, dayStepper, empty, head } from "../parts.js";
import { onDay } from "./today.js";

export function load({ rest, overview, get }) {
  return get(`night/${rest === "" ? overview.today : encodeURIComponent(rest)}`).then(
    async (/** @type {any} */ night) => {
      // Without a day in the address the latest night is meant.
      if (rest === "" && night.main === null && night.previous !== null) {
        return await get(`night/${night.previous}`);
      }
      return night;
    },
  );
}

export function view(night, ctx) {
  const { fmt, href, overview } = ctx;
  const { day, previous, next, main, others } = night;
  const to = (/** @type {string} */ other) => href({}, `/night/${other}`);
  const stepper = dayStepper({ day, previous, next, hrefOf: to, fmt, max: overview.today });
  const body = html`${head("Night", stepper, ctx)}
    ${
    main === null
      ? empty(
        "No night on this day",
        others.length > 0
          ? "There are naps or rests, but no long sleep."
          : "The ring recorded no long sleep that ended on this day: it was not worn, or the phone was away.",
        previous
          ? html`<a class="button" href="${to(previous)}">The night before, ${
            fmt.longDay(previous)
          }</a>`
          : "",
      )
      : html`
        ${card(
          "Stages, heart and movement",
          figure("night", (width) => nightChart(night, { width, fmt })),
          {
            note: `${fmt.time(Date.parse(main.start), main.offsetSeconds)} to ${
              main.end ? fmt.time(Date.parse(main.end), main.offsetSeconds) : "now"
            }, ${offsetName(main.offsetSeconds)}`,
          },
        )}
        <div class="grid">${stagesCard(night, fmt)}${contributorsCard(night, fmt)}${vitalsCard(
          night,
          fmt,
        )}</div>
      `
  }
    ${
    others.length === 0 ? "" : card(
      "Also this day, not in the night’s figures",
      html`<div class="rows three">${
        others.map((/** @type {any} */ sleep) =>
          html`<div><span>${sleepName(sleep.type)}</span><b>${
            sleep.asleep === null ? "–" : fmt.duration(sleep.asleep)
          }</b><span class="soft">${fmt.time(Date.parse(sleep.start), sleep.offsetSeconds)} to ${
            sleep.end ? fmt.time(Date.parse(sleep.end), sleep.offsetSeconds) : "now"
          }</span></div>`
        )
      }</div>`,
    )
  }
    ${revisionsCard(night, ctx)}`;
  return {
    title: `Night to ${fmt.longDay(day)}`,
    body,
    mounted: (/** @type {HTMLElement} */ root) => onDay(root, ctx, to),
  };
}

function sleepName(type) {
  return {
    late_nap: "Late nap",
    rest: "Rest",
    sleep: "Nap",
    long_sleep: "Second long sleep",
  }[type] ?? "Rest";
}

const STAGES = [
  ["deep", "Deep", "deep_sleep_duration"],
  ["light", "Light", "light_sleep_duration"],
  ["rem", "REM", "rem_sleep_duration"],
  ["awake", "Awake", "awake_time"],
];

function stagesCard({ main, vitals }, fmt) {
  const usualOf = (/** @type {string} */ column) =>
    vitals.find((/** @type {any} */ { metric }) => metric.id.endsWith(column));
  const parts = STAGES.map(([stage]) => ({ c: `c-${stage}`, value: main[stage] }));
  return card(
    "Stages",
    html`${
      figure(
        "stages",
        (width) => ({
          svg: stack(parts, { width }),
          name: "Share of the stages",
          summary: STAGES.map(([stage, name]) =>
            `${name} ${main[stage] === null ? "unknown" : fmt.duration(main[stage])}`
          ).join(", "),
          stops: [],
          table: null,
        }),
      )
    }<div class="rows three">${
      STAGES.map(([stage, name, column]) => {
        const vital = usualOf(column);
        return html`<div><span class="key c-${stage}"><i></i>${name}</span><b data-value="${stage}">${
          main[stage] === null ? "–" : fmt.duration(main[stage])
        }</b><span class="soft">${vital ? fmt.usual(vital.metric, vital.usual) : ""}</span></div>`;
      })
    }${
      [["Asleep", main.asleep], ["In bed", main.inBed]].map(([name, seconds]) =>
        html`<div><span>${name}</span><b>${
          seconds === null ? "–" : fmt.duration(seconds)
        }</b><span></span></div>`
      )
    }</div>`,
    { className: "w7", note: main.algorithm ? `staging algorithm ${main.algorithm}` : "" },
  );
}

function contributorsCard({ contributors, vitals }, fmt) {
  const score = vitals.find((/** @type {any} */ { metric }) => metric.dataType === "daily_sleep");
  if (contributors.length === 0) return "";
  return card(
    score && score.value !== null
      ? `Sleep score ${fmt.plain(score.metric, score.value)}`
      : "Contributors",
    html`<div class="rows">${
      contributors.map((/** @type {any} */ one) =>
        html`<div><span>${one.metric.name.replace(" contributor", "")}</span><b>${
          one.value === null ? "–" : fmt.plain(one.metric, one.value)
        }</b>${meter(one, { width: 130 })}<span class="soft">${
          one.usual
            ? `usual ${fmt.plain(one.metric, one.usual.low)}–${
              fmt.plain(one.metric, one.usual.high)
            }`
            : ""
        }</span></div>`
      )
    }</div>`,
    { className: "w5", note: "scores, 1 to 100" },
  );
}

function vitalsCard({ vitals }, fmt) {
  const rest = vitals.filter((/** @type {any} */ { metric }) =>
    !/deep|light|rem_sleep|awake|daily_sleep/.test(metric.id)
  );
  return card(
    "Figures of the night",
    html`<div class="facts">${
      rest.map((/** @type {any} */ { metric, value, usual }) =>
        html`<div><span>${metric.name}</span><b><span data-value="${metric.id}">${
          value === null ? "–" : fmt.full(metric, value)
        }</span><small>${fmt.usual(metric, usual)}</small></b></div>`
      )
    }</div>`,
    { className: "w12" },
  );
}

function revisionsCard({ revisions, main }, { fmt }) {
  if (revisions.length === 0 || main === null) return "";
  const text = (/** @type {any} */ field, /** @type {any} */ value) => {
    if (value === null) return "none";
    if (typeof value === "number") {
      return /duration|time/.test(field)
        ? fmt.duration(value)
        : fmt.number(value, Number.isInteger(value) ? 0 : 2);
    }
    return Number.isNaN(Date.parse(value)) || !/bedtime/.test(field)
      ? value
      : fmt.time(Date.parse(value), main.offsetSeconds);
  };
  return card(
    "Changed by Oura since it was first seen",
    html`<div class="rows two">${
      revisions.map((/** @type {any} */ { field, before, after }) =>
        html`<div><span>${field.replaceAll("_", " ")}</span><b>${text(field, before)} → ${
          text(field, after)
        }</b></div>`
      )
    }</div>`,
    { note: `on ${fmt.fullDay(revisions[0].replacedAt.slice(0, 10))}` },
  );
}
