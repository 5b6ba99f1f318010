import { CAUSES } from "../charts/causes.js";
import { coverageChart } from "../charts/coverage.js";
import { figure } from "../figure.js";
import { html } from "../html.js";
import { card, head, spanChooser, spanOf } from "../parts.js";

export async function load(ctx) {
  const span = spanOf(ctx, "90d");
  return { span, ...await ctx.get("data", { from: span.from, to: span.to }) };
}

export function view({ span, freshness, completeness }, ctx) {
  const { fmt, now, overview } = ctx;
  const { offsetSeconds } = overview;
  const shown = new Set(completeness.types.flatMap((/** @type {any} */ { cells }) => cells));
  const causes = Object.entries(CAUSES).filter(([cause, [, name]]) =>
    shown.has(cause) && name !== "" && cause !== "none_yet"
  );
  const colours = Map.groupBy(causes, ([, [className]]) => className);
  const when = (/** @type {string | null} */ time) =>
    time === null ? "never" : fmt.moment(Date.parse(time), offsetSeconds);
  const body = html`${head("Data", spanChooser(ctx, span, ["30d", "90d", "1y"]), ctx)}
    ${freshness.why ? html`<p class="card">${freshness.why}</p>` : ""}
    ${
    card(
      "What is here, day by day",
      html`
        <div class="legend">${[...colours].map(([className, alike]) =>
          html`<span class="key"><i class="swatch ${className.replace("d-", "s-")}"></i>${
            [...new Set(alike.map(([, [, name]]) => name))].join(", or ")
          }</span>`
        )}</div>${figure("coverage", (width) => coverageChart(completeness, { width, fmt }), {
          onPick: (i) => tell(completeness, completeness.days[i], ctx),
        })}<div id="about" aria-live="polite">
          <p class="note">Choose a day to see what is known of it.</p>
        </div>
      `,
      { note: `${completeness.types.length} types, ${fmt.number(completeness.days.length)} days` },
    )
  }
    <div class="grid">
      ${
    card(
      "Runs",
      freshness.runs.length === 0
        ? html`<p class="soft">No run yet.</p>`
        : html`<div class="rows three">${
          freshness.runs.slice(0, 8).map((/** @type {any} */ run) =>
            html`<div><time>${when(run.startedAt)}</time><b>${run.command}: ${
              stateName(run.state)
            }</b><span class="soft">${
              run.error ??
                `${fmt.number(run.inserted)} new, ${fmt.number(run.updated)} changed, ${
                  fmt.number(run.unchanged)
                } same · ${fmt.number(run.requests)} requests${
                  run.finishedAt
                    ? ` · ${fmt.elapsed(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}`
                    : ""
                }`
            }</span></div>`
          )
        }</div>`,
      { className: "w8" },
    )
  }
      ${
    card(
      "Sign-in and ring",
      html`<div class="rows two">${
        [
          [
            "Sign-in",
            freshness.signIn === null
              ? "a fixed token"
              : freshness.signIn.state === "active"
              ? `active, token until ${when(freshness.signIn.expiresAt)}`
              : "ended: sign in again",
          ],
          [
            "Scopes",
            freshness.signIn?.scopes ? `${freshness.signIn.scopes.length} granted` : "not known",
          ],
          [
            "Ring battery",
            freshness.battery
              ? `${fmt.number(freshness.battery.level)}\u00a0%, ${
                fmt.ago((now() - Date.parse(freshness.battery.at)) / 1000)
              }`
              : "unknown",
          ],
          [
            "Next sync",
            freshness.nextRun && Date.parse(freshness.nextRun) > now()
              ? when(freshness.nextRun)
              : "by your schedule",
          ],
          ["In quarantine", fmt.number(freshness.openRejects)],
          ["Readings to repeat", fmt.number(freshness.failedWindows)],
        ].map(([name, value]) => html`<div><span>${name}</span><b>${value}</b></div>`)
      }</div>${
        freshness.openRejects > 0
          ? html`<p class="note">After a change of oura.yaml: <code>oura-sync rejects retry</code></p>`
          : ""
      }`,
      { className: "w4" },
    )
  }
    </div>
    ${typesCard(freshness, when, fmt)}${gapsCard(completeness, fmt)}`;
  return { title: "Data", body };
}

/** What is known of a day: each type with its state, and of what is missing why. */
function tell(completeness, day, { fmt, href }) {
  const place = document.getElementById("about");
  if (!place) return;
  const at = completeness.days.indexOf(day);
  const rows = completeness.types.map((/** @type {any} */ { dataType, cells }) => {
    const gap = completeness.gaps.find((/** @type {any} */ one) =>
      one.dataType === dataType && one.from !== null && one.from <= day && day <= one.to
    );
    return html`<div><span>${dataType}</span><b>${CAUSES[cells[at]]?.[1] ?? cells[at]}${
      gap?.message ? html`<small>${gap.message}</small>` : ""
    }</b></div>`;
  });
  place.innerHTML = html`
    <h2
      class="about">${fmt.longDay(day)} <a href="${href(
        { day },
        "/",
      )}">the day ›</a> <a href="${href({}, `/night/${day}`)}">the night ›</a></h2>
    <div class="facts">${rows}</div>
  `.text;
}

function stateName(state) {
  return {
    done: "done",
    partial: "in part",
    failed: "failed",
    busy: "busy",
    running: "running",
  }[state] ?? state;
}

function typesCard({ types }, when, fmt) {
  // What only an import brings is listed once it did.
  const shown = types.filter((/** @type {any} */ { verdict, newest }) =>
    verdict !== "import" || newest !== null
  );
  return card(
    "Types",
    html`
      <div class="scroll" tabindex="0" role="region" aria-label="Types">
        <table>
          <thead>
            <tr>
              <th>type</th>
              <th>state</th>
              <th>newest data</th>
              <th>last read</th>
              <th class="n">in quarantine</th>
              <th class="n">revised, 7 days</th>
              <th class="n">to repeat</th>
              <th></th>
            </tr>
          </thead>
          <tbody>${shown.map((/** @type {any} */ type) =>
            html`
              <tr>
                <td>${type.dataType}</td>
                <td>${type.verdict === "import" ? "by import" : type.verdict}</td>
                <td>${type.newest === null
                  ? "–"
                  : type.newest.includes("T")
                  ? when(type.newest)
                  : fmt.fullDay(type.newest)}</td>
                <td>${type.verdict === "import" ? "–" : when(type.fetchedAt)}</td>
                <td class="n">${fmt.number(type.openRejects)}</td>
                <td class="n">${fmt.number(type.revisedLast7Days)}</td>
                <td class="n">${fmt.number(type.failedWindows)}</td>
                <td class="soft">${type.error?.message ?? ""}</td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
    `,
  );
}

const SAID = ["failed", "rejected", "scope_missing", "never_fetched"];
const MOST = 60;
/** Days without a workout or a tag are no gap; from three days on, none of these is chance. */
const DAILY = /^(daily_|sleep$|heart_rate)/;
const LONG = 3;

/** Gaps with a cause that someone can act on, and stretches of days without anything. */
function gapsCard({ gaps }, fmt) {
  const worth = gaps.filter((/** @type {any} */ gap) =>
    SAID.includes(gap.cause) || (gap.days >= LONG && DAILY.test(gap.dataType))
  );
  if (worth.length === 0) return "";
  const alike = [
    ...Map.groupBy(
      worth,
      (/** @type {any} */ { from, to, cause, message }) =>
        JSON.stringify([from, to, cause, message]),
    ).values(),
  ].toSorted((a, b) => ((a[0].to ?? "") < (b[0].to ?? "") ? 1 : -1)).slice(0, MOST);
  return card(
    "Gaps",
    html`
      <div class="scroll" tabindex="0" role="region" aria-label="Gaps">
        <table>
          <thead>
            <tr>
              <th>days</th>
              <th class="n">how many</th>
              <th>cause</th>
              <th>types</th>
            </tr>
          </thead>
          <tbody>${alike.map(([gap, ...more]) =>
            html`
              <tr>
                <td>${gap.from === null
                  ? ""
                  : gap.from === gap.to
                  ? fmt.fullDay(gap.from)
                  : `${fmt.day(gap.from)} to ${fmt.fullDay(gap.to)}`}</td>
                <td class="n">${fmt.number(gap.days)}</td>
                <td>${CAUSES[gap.cause]?.[1] ?? gap.cause}${gap.message
                  ? html`<span class="soft">: ${gap.message}</span>`
                  : ""}</td>
                <td class="soft">${[gap, ...more].map((/** @type {any} */ { dataType }) => dataType)
                  .join(", ")}</td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
    `,
    { note: "the newest first; single days and what is not daily are left out" },
  );
}
