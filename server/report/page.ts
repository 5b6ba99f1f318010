/** The report as one file of HTML: no script, no request, pictures inside, made to be printed on A4. */
import type { Period, PeriodFigure, PeriodSection } from "../../reports/views/period.ts";
import { rasterChart } from "../dashboard/assets/charts/calendar.js";
import { trendChart } from "../dashboard/assets/charts/trend.js";
import { formats } from "../dashboard/assets/format.js";
import { html, type Markup, raw } from "../dashboard/assets/html.js";
import CHARTS from "../dashboard/assets/charts.css" with { type: "text" };
import TOKENS from "../dashboard/assets/tokens.css" with { type: "text" };
import STYLE from "./report.css" with { type: "text" };

/** Half the width of a page of A4 less its margins, and the whole of it, at 96 dots an inch. */
const HALF = 338;
const WHOLE = 690;

type Formats = ReturnType<typeof formats>;

/**
 * Draws the report.
 * @param locale How numbers and dates are written, such as `en-GB`; by default the system's.
 */
export function reportPage(period: Period, locale?: string): string {
  const fmt = formats(locale);
  const { span, sections, trend } = period;
  const title = `Sleep and health, ${fmt.fullDay(span.from)} to ${fmt.fullDay(span.to)}`;
  const pictures = trend.lines.filter(({ summary }) => summary.count > 0);
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>${title}</title>
        <style>${raw(TOKENS)}${raw(CHARTS)}${raw(STYLE)}</style>
      </head>
      <body>
    <header><h1>${title}</h1><p>${period.days
      .length} days of an Oura ring, held against the ${period.days.length} days before (${fmt
      .fullDay(period.before.from)} to ${fmt.fullDay(period.before.to)}). Made on ${fmt.fullDay(
        period.madeAt.slice(0, 10),
      )} by oura-sync. A summary of measurements; it holds no diagnosis.</p></header>
    ${sections.length === 0 ? html`<p>There is no data in this span.</p>` : ""}
    ${notable(period, fmt)}
    ${sections.map((section) => sectionOf(section, fmt))}
    <section class="pictures"><h2>RollbackSignal time</h2><p>Dots are days, the line is the mean of seven days, the band the middle 70 % of the 60 days before.</p>
    <div class="pair">${pictures.map((line) =>
      html`<figure>${
        trendChart(line, trend, { width: HALF, height: 138, fmt, labels: false }).svg
      }</figure>`
    )}</div></section>
    ${nightsOf(period, fmt)}${contextOf(period, fmt)}${coverageOf(period, fmt)}${methodsOf(period)}
      </body>
    </html>
  `.text;
}

function notable({ notable }: Period, fmt: Formats): Markup {
  if (notable.length === 0) {
    return html`
      <section>
        <h2>What changed</h2>
        <p>No figure differs from the period before by more than chance would explain.</p>
      </section>
    `;
  }
  return html`
    <section>
      <h2>What changed</h2>
      <p>Figures whose mean differs from the period before; in brackets the 95 % interval of the difference.</p>
      <ul>${notable.map(({ metric, change }) =>
        html`<li><b>${metric.name}</b>: ${fmt.change(metric, change.difference)} (${
          fmt.change(metric, change.interval.low)
        } to ${fmt.change(metric, change.interval.high)}), now ${
          fmt.full(metric, change.first.mean)
        }</li>`
      )}</ul>
    </section>
  `;
}

function sectionOf({ title, figures }: PeriodSection, fmt: Formats): Markup {
  return html`
    <section>
      <h2>${title}</h2>
      <table>
        <thead>
          <tr>
            <th>figure</th>
            <th>median</th>
            <th>middle 70 %</th>
            <th>least to most</th>
            <th>before</th>
            <th>difference, 95 %</th>
            <th>days</th>
          </tr>
        </thead>
        <tbody>${figures.map((figure) => rowOf(figure, fmt))}</tbody>
      </table>
    </section>
  `;
}

function rowOf({ metric, summary, before, change }: PeriodFigure, fmt: Formats): Markup {
  const value = (one: number | null) => one === null ? "–" : fmt.full(metric, one);
  const { usual, least, most } = summary;
  return html`
    <tr>
      <td>${metric.name}</td>
      <td><b>${value(summary.median)}</b></td>
      <td>${usual
        ? `${fmt.plain(metric, usual.low)} to ${fmt.plain(metric, usual.high)}`
        : "–"}</td>
      <td>${least === null || most === null
        ? "–"
        : `${fmt.plain(metric, least)} to ${fmt.plain(metric, most)}`}</td>
      <td>${value(before.median)}</td>
      <td>${change
        ? html`${fmt.change(metric, change.difference)}<br><small>${
          fmt.change(metric, change.interval.low)
        } to ${fmt.change(metric, change.interval.high)}</small>`
        : "–"}</td>
      <td>${fmt.number(summary.count)}</td>
    </tr>
  `;
}

function nightsOf(period: Period, fmt: Formats): Markup | "" {
  const { nights, regularity, span } = period;
  if (nights.length === 0) return "";
  const chart = rasterChart({ span, nights }, { width: WHOLE, height: 190, fmt });
  return html`<section><h2>Nights from bed to wake</h2>${
    regularity
      ? html`<p>Usual bedtime ${fmt.clock(regularity.bedtime)}, usual wake-up ${
        fmt.clock(regularity.wakeUp)
      }. The middle 70 % of bedtimes lie within ${
        fmt.duration(regularity.bedtimeSpread * 3600)
      }, of wake-ups within ${fmt.duration(regularity.wakeUpSpread * 3600)}.</p>`
      : ""
  }<figure>${chart.svg}</figure></section>`;
}

function contextOf(period: Period, fmt: Formats): Markup {
  const { tags, workouts, journeys, restMode, algorithm } = period;
  const days = ({ from, to }: { from: string; to: string }) =>
    from === to ? fmt.fullDay(from) : `${fmt.day(from)} to ${fmt.fullDay(to)}`;
  const facts: [string, string][] = [
    ["Workouts", `${fmt.number(workouts.count)}, ${fmt.duration(workouts.minutes * 60)} in all`],
    ["Tags", tags.map(({ tag, days }) => `${tag} (${days} days)`).join(", ") || "none"],
    ["Rest mode", restMode.map(days).join("; ") || "none"],
    ["Other time zones", journeys.map((one) => `${one.offset}, ${days(one)}`).join("; ") || "none"],
    [
      "Staging algorithm",
      algorithm.map(({ day, from, to }) =>
        `changed from ${from} to ${to} on ${
          fmt.fullDay(day)
        }: stages before and after do not compare`
      ).join("; ") || "unchanged",
    ],
  ];
  return html`
    <section>
      <h2>Circumstances</h2>
      <table class="facts">
        <tbody>${facts.map(([name, text]) =>
          html`
            <tr>
              <td>${name}</td>
              <td>${text}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </section>
  `;
}

function coverageOf({ coverage, days }: Period, fmt: Formats): Markup | "" {
  if (coverage === null) return "";
  return html`
    <section>
      <h2>Completeness</h2>
      <p>Days with data, of ${fmt.number(days.length)}: ${coverage.map(({ dataType, present }) =>
        `${dataType} ${present}`
      ).join(" · ")}.</p>
    </section>
  `;
}

function methodsOf({ sections }: Period): Markup {
  return html`
    <section class="methods">
      <h2>How the figures were made</h2>
      <ul>${sections.map(({ title, method }) =>
        html`<li><b>${title}.</b> ${method}</li>`
      )}<li><b>Ranges.</b> “Middle 70 %” leaves out the lowest and the highest 15 % of the days. It is this person’s own range, not a norm.</li><li><b>Differences.</b> The interval of a difference is Welch’s. Neighbouring nights resemble each other, so that it is narrower than it should be.</li><li><b>Days.</b> A day is the wearer’s own local day as Oura names it. The present day is left out of sums that still grow.</li></ul>
    </section>
  `;
}
