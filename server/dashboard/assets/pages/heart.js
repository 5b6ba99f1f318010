import { hoursChart } from "../charts/hours.js";
import { heartChart } from "../charts/heart.js";
import { trendChart } from "../charts/trend.js";
import { figure } from "../figure.js";
import { offsetName } from "../format.js";
import { html, px } from "../html.js";
import { card, head, moved, segments } from "../parts.js";

const DAY = 86_400_000;
const SPANS = [["1d", "1 d"], ["7d", "7 d"], ["30d", "30 d"], ["1y", "1 y"], ["5y", "5 y"], [
  "all",
  "All",
]];
const DAYS = { "1d": 1, "7d": 7, "30d": 30, "1y": 365, "5y": 1826 };
const RESTING = ["sleep.lowest_heart_rate", "sleep.average_heart_rate", "sleep.average_hrv"];
/** Samples of an hour are looked at one by one: nothing is nearer than this. */
const NEAREST = 600_000;

export async function load(ctx) {
  const { params, get, overview, now } = ctx;
  const end = params.get("to") ?? new Date(Math.ceil(now() / 60_000) * 60_000).toISOString();
  const name = params.get("from") ? "" : params.get("span") ?? "7d";
  const length = name === "all"
    ? Date.parse(end) - Date.parse(overview.firstDay)
    : (DAYS[name] ?? 7) * DAY;
  const from = params.get("from") ?? new Date(Date.parse(end) - length).toISOString();
  const source = params.get("source") ?? "";
  const known = overview.metrics.map((/** @type {any} */ { id }) => id);
  const width = Math.max(
    200,
    Math.min(1200, Math.round(document.documentElement.clientWidth - 60)),
  );
  // Years before the first day would only be white.
  const year = moved(overview.today, -364);
  const span = {
    from: year < overview.firstDay ? overview.firstDay : year,
    to: overview.today,
  };
  const [heart, hours, zones, resting] = await Promise.all([
    get("heart", { from, to: end, width, source }),
    get("heart/hours", { from: moved(overview.today, -89), to: overview.today }),
    get("heart/zones", { from: moved(overview.today, -29), to: overview.today }),
    get("trends", { ...span, metrics: RESTING.filter((id) => known.includes(id)).join(",") }),
  ]);
  return { heart, hours, zones, resting, name, source };
}

export function view({ heart, hours, zones, resting, name, source }, ctx) {
  const { fmt, href, overview } = ctx;
  const offset = heart.offsets.at(-1)?.seconds ?? overview.offsetSeconds;
  const [from, to] = [Date.parse(heart.from), Date.parse(heart.to)];
  const sources = Object.entries(heart.sources);
  const all = sources.reduce((sum, [, count]) => sum + Number(count), 0);
  const controls = segments(
    /** @type {[string, string][]} */ (SPANS),
    name,
    (span) => href({ span, from: null, to: null }),
    "Span",
  );
  const body = html`${head("Heart", controls, ctx)}
    ${
    card(
      "Heart rate, bpm",
      html`
        <div class="chips">${[["", "All sources", all], ...sources].map(([one, text, count]) =>
          html`
            <a class="chip ${one === source ? "c-heart" : ""}" href="${href({
              source: one === "" ? null : one,
            })}"
              ${one === source ? CURRENT : ""}>${one === "" ? text : one} <span class="soft">${fmt
                .number(one === "" ? count : text)}</span></a>
          `
        )}</div>${figure("heart", (width) => heartChart(heart, { width, fmt, offset }), {
          onRange: (a, b) => zoom(ctx, a, b),
        })}<div
          class="chips pick"><a class="button" data-step="previous day" href="${shift(
            href,
            from,
            to,
            -1,
          )}">‹ Earlier</a><a class="button" href="${scaled(
            href,
            from,
            to,
            0.5,
          )}">Zoom in</a><a class="button" href="${scaled(
            href,
            from,
            to,
            2,
          )}">Zoom out</a><a class="button" data-step="next day" href="${shift(
            href,
            from,
            to,
            1,
          )}">Later ›</a><span class="note">Drag over the chart to look closer.</span></div>
      `,
      {
        note: html`${
          to - from > 60 * DAY
            ? `${fmt.fullDay(heart.from.slice(0, 10))} to ${fmt.fullDay(heart.to.slice(0, 10))}`
            : `${fmt.moment(from, offset)} to ${fmt.moment(to, offset)}, ${offsetName(offset)}`
        } · ${bucketName(heart, fmt)}`,
      },
    )
  }
    <div class="grid">
      ${
    card(
      "By hour of the day, 90 days",
      figure("hours", (width) => hoursChart(hours, { width, fmt })),
      { className: "w8", note: "darker is faster; by the wearer’s clock" },
    )
  }
      ${card("Zones in workouts, 30 days", zonesOf(zones, fmt), { className: "w4" })}
    </div>
    ${
    resting.lines.length > 0
      ? card(
        "At night, the last year",
        html`${
          resting.lines.map((/** @type {any} */ line, /** @type {number} */ i) =>
            figure(`resting-${i}`, (width) => trendChart(line, resting, { width, fmt }), {
              group: "resting",
            })
          )
        }`,
      )
      : ""
  }`;
  return { title: "Heart", body };
}

const CURRENT = html`aria-current="true"`;

function bucketName({ every }, fmt) {
  if (every < 60) return "single samples";
  const size = every >= 172_800 ? `${fmt.number(every / 86_400, 1)} days` : fmt.duration(every);
  return `mean, middle half and range of ${size}`;
}

function zoom(ctx, from, to) {
  const middle = (from + to) / 2;
  const half = Math.max(NEAREST, to - from) / 2;
  const at = (/** @type {number} */ ms) => new Date(Math.round(ms)).toISOString();
  void ctx.go(ctx.href({ from: at(middle - half), to: at(middle + half), span: null }), {
    keepScroll: true,
  });
}

function shift(href, from, to, turns) {
  const by = (to - from) * turns;
  return href({
    from: new Date(from + by).toISOString(),
    to: new Date(to + by).toISOString(),
    span: null,
  });
}

function scaled(href, from, to, factor) {
  const half = Math.max(NEAREST, (to - from) * factor) / 2;
  const middle = (from + to) / 2;
  return href({
    from: new Date(middle - half).toISOString(),
    to: new Date(middle + half).toISOString(),
    span: null,
  });
}

const ZONE_NAMES = ["Very light", "Light", "Moderate", "Hard", "Maximal"];

function zonesOf(zones, fmt) {
  if (zones === null) {
    return html`<p class="soft">Zones need the age in your Oura profile, and heart rate in workouts.</p>`;
  }
  const most = Math.max(1, ...zones.minutes);
  return html`
    <div class="rows">${zones.minutes.map((
      /** @type {number} */ minutes,
      /** @type {number} */ i,
    ) =>
      html`<div><span>${ZONE_NAMES[i]}</span><b>${
        fmt.duration(minutes * 60)
      }</b><svg class="dot c-heart" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true"><rect class="h0" width="100" height="8" rx="4"/><rect class="bar" width="${
        px(minutes / most * 100)
      }" height="8" rx="4"/></svg><span class="soft">${fmt.number(zones.from[i])}+</span></div>`
    )}</div>
    <p
      class="note">From 50, 60, 70, 80 and 90 % of 220 less your age (${fmt.number(
        zones.highest,
      )} bpm) on: a rule of thumb, not a measurement.</p>
  `;
}
