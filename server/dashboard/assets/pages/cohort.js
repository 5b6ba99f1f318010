import { CAUSES } from "../charts/causes.js";
import { html } from "../html.js";
import { card, empty } from "../parts.js";

export async function load(ctx) {
  return await ctx.get("cohort");
}

/** The verdicts; those that need attention come first. */
const VERDICTS = ["failing", "never", "stale", "fresh"];
const NIGHTS = ["no", "partial", "yes"];

/** Each column: its name, and what a row is sorted by. @type {Record<string, [string, (wearer: any) => string | number]>} */
const COLUMNS = {
  wearer: ["Wearer", (wearer) => nameOf(wearer).toLowerCase()],
  state: ["State", (wearer) => VERDICTS.indexOf(wearer.verdict)],
  signin: ["Sign-in", (wearer) => wearer.signIn?.state ?? ""],
  read: ["Last read", (wearer) => wearer.readAt ?? ""],
  held: ["Data up to", (wearer) => wearer.heldTo ?? ""],
  night: ["Last night", (wearer) => NIGHTS.indexOf(wearer.lastNight ?? "")],
  complete: ["Complete", (wearer) => shareOf(wearer) ?? -1],
  error: ["Error", (wearer) => wearer.lastRun?.errorCode ?? ""],
};

export function view(cohort, ctx) {
  const { params, fmt } = ctx;
  const sort = Object.hasOwn(COLUMNS, params.get("sort") ?? "") ? params.get("sort") : "state";
  const down = params.get("order") === "down";
  const { wearers, days, dataTypes } = cohort;
  if (wearers.length < 2) {
    return {
      title: "Cohort",
      body: html`
        <header class="head">
          <h1>Cohort</h1>
        </header>${empty(
          "One wearer",
          "This page compares wearers. It fills when a second one has signed in.",
        )}
      `,
    };
  }
  const failing = wearers.filter((/** @type {any} */ { verdict }) => verdict === "failing").length;
  const daily = dataTypes.map((/** @type {any} */ type, /** @type {number} */ i) => ({
    ...type,
    i,
  }))
    .filter((/** @type {any} */ type) => type.daily);
  const body = html`
    <header
      class="head"><h1>Cohort</h1><span class="soft">${fmt.number(
        wearers.length,
      )} wearers, ${failing === 0
        ? "none failing"
        : `${
          fmt.number(failing)
        } failing`}</span><a class="button csv" href="/api/cohort.csv" download>CSV of completeness</a></header>${card(
          `${fmt.day(days[0])} to ${fmt.fullDay(days[days.length - 1])}`,
          html`${legend()}${table(sorted(wearers, sort, down), { daily, days, sort, down, ctx })}`,
          { note: "complete: of the days that are over, for types that are expected every day" },
        )}${card(
          "The lines of each strip, from the top",
          html`<ol class="lines">${
            daily.map((/** @type {any} */ { name }) => html`<li>${name}</li>`)
          }</ol>`,
        )}
  `;
  return {
    title: "Cohort",
    body,
    mounted: (/** @type {HTMLElement} */ place) => watch(place, ctx),
  };
}

function nameOf({ label, userId }) {
  return label ?? userId;
}

function shareOf({ completeness: { held, days } }) {
  return days === 0 ? null : held / days;
}

function sorted(wearers, sort, down) {
  const key = COLUMNS[sort][1];
  const compare = (/** @type {any} */ a, /** @type {any} */ b) => {
    const [x, y] = [key(a), key(b)];
    return x < y ? -1 : x > y ? 1 : nameOf(a) < nameOf(b) ? -1 : 1;
  };
  const found = wearers.toSorted(compare);
  return down ? found.toReversed() : found;
}

function legend() {
  const shown = ["data", "partial", "no_data_yet", "no_data", "failed", "never_fetched"];
  const names = { failed: "failed or rejected", never_fetched: "never fetched, or not permitted" };
  return html`
    <div class="legend">${shown.map((cause) =>
      html`<span class="key"><i class="swatch ${
        cause === "failed" ? "s-rejected" : CAUSES[cause][0].replace("d-", "s-")
      }"></i>${names[cause] ?? CAUSES[cause][1]}</span>`
    )}</div>
    <svg class="defs" aria-hidden="true" width="0" height="0">
      <defs>
        <pattern id="hatch" width="5"
          height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path class="hatch"
            d="M0 0V5" />
        </pattern>
      </defs>
    </svg>
  `;
}

function table(wearers, { daily, days, sort, down, ctx }) {
  const heads = Object.entries(COLUMNS).map(([id, [name]]) => {
    const order = id !== sort ? "none" : down ? "descending" : "ascending";
    return html`
      <th scope="col" class="${id === "complete" ? "n" : ""}"
        aria-sort="${order}"><button type="button" class="sort" data-sort="${id}">${name}</button></th>
    `;
  });
  return html`
    <table class="cohort">
      <thead>
        <tr>${heads}<th scope="col">By type</th></tr>
      </thead>
      <tbody>${wearers.map((/** @type {any} */ wearer) =>
        row(wearer, { daily, days, ctx })
      )}</tbody>
    </table>
  `;
}

function row(wearer, { daily, days, ctx }) {
  const { fmt, now, href } = ctx;
  const { signIn, readAt, heldTo, lastNight, lastRun, verdict } = wearer;
  const share = shareOf(wearer);
  const name = nameOf(wearer);
  const own = (/** @type {string} */ path) => href({ wearer: name }, path);
  const cell = (/** @type {string} */ column, /** @type {unknown} */ text, className = "") =>
    html`<td data-name="${COLUMNS[column][0]}" class="${className}">${text}</td>`;
  const keys = Object.entries(COLUMNS).map(([id, [, key]]) => [id, key(wearer)]);
  return html`
    <tr data-verdict="${verdict}"
      data-keys="${JSON.stringify(Object.fromEntries(keys))}"><th scope="row"><a href="${own(
        "/",
      )}">${name}</a></th>${cell(
        "state",
        html`<span class="fresh" data-verdict="${dotOf(verdict)}"><i></i>${verdict}</span>`,
      )}${cell(
        "signin",
        signIn === null ? "not stored" : signIn.state === "active" ? "active" : "expired",
      )}${cell(
        "read",
        readAt === null ? "never" : fmt.ago((now() - Date.parse(readAt)) / 1000),
      )}${cell("held", heldTo === null ? "–" : fmt.day(heldTo))}${cell(
        "night",
        lastNight ?? "–",
      )}${cell("complete", share === null ? "–" : `${Math.floor(share * 100)}\u00a0%`, "n")}${cell(
        "error",
        lastRun?.errorCode ?? "–",
        "soft",
      )}<td class="strips"><a href="${own("/data")}" aria-label="${name}: ${spoken(
        wearer,
        daily,
        days,
      )}">${strips(wearer, daily, days)}</a></td></tr>
  `;
}

function dotOf(verdict) {
  return verdict === "never" ? "empty" : verdict;
}

const [WIDE, HIGH] = [7, 5];

/** A line for each type, a cell for each day; one path for each cause, for there may be many rows. */
function strips({ types }, daily, days) {
  /** @type {Map<string, string>} */
  const paths = new Map();
  for (const [line, { i }] of daily.entries()) {
    for (const [day, cause] of types[i].cells.entries()) {
      const className = CAUSES[cause]?.[0] ?? "d-open";
      if (className === "d-future") continue;
      const rect = `M${day * WIDE} ${line * HIGH}h${WIDE - 1}v${HIGH - 1}h${1 - WIDE}z`;
      paths.set(className, (paths.get(className) ?? "") + rect);
    }
  }
  const [width, height] = [days.length * WIDE, daily.length * HIGH];
  return html`
    <svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
      aria-hidden="true">${[...paths].map(([className, d]) =>
        html`
          <path class="${className}" d="${d}" />
        `
      )}</svg>
  `;
}

function spoken({ types }, daily, days) {
  return daily.map((/** @type {any} */ { i, name }) => {
    const { cells } = types[i];
    const held = cells.filter((/** @type {string} */ cell) =>
      cell === "data" || cell === "partial"
    );
    return `${name} ${held.length} of ${days.length} days`;
  }).join(", ");
}

/** Sorts the rows where they are, so that the focus stays on the button; the address keeps the order. */
function watch(place, ctx) {
  const table = place.querySelector("table.cohort");
  const body = table?.querySelector("tbody");
  if (!table || !body) return;
  table.addEventListener("click", (/** @type {any} */ event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-sort]") : null;
    if (!(button instanceof HTMLElement)) return;
    const id = button.dataset.sort ?? "wearer";
    const head = button.closest("th");
    const down = head?.getAttribute("aria-sort") === "ascending";
    const keys = new Map([...body.rows].map((row) => [row, JSON.parse(row.dataset.keys ?? "{}")]));
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [keys.get(a)[id], keys.get(b)[id]];
      const [n, m] = [keys.get(a).wearer, keys.get(b).wearer];
      return (x < y ? -1 : x > y ? 1 : n < m ? -1 : 1) * (down ? -1 : 1);
    });
    body.append(...rows);
    for (const each of table.querySelectorAll("th[aria-sort]")) {
      each.setAttribute("aria-sort", each !== head ? "none" : down ? "descending" : "ascending");
    }
    history.replaceState(null, "", ctx.href({ sort: id, order: down ? "down" : null }));
  });
}
