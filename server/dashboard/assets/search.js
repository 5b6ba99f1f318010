/** Search by keyboard: pages, metrics and days. */
import { html } from "./html.js";
import { moved } from "./parts.js";

/** @param {HTMLDialogElement} dialog @param {any} app */
export function openSearch(dialog, app) {
  const input = /** @type {HTMLInputElement} */ (dialog.querySelector("#query"));
  const list = /** @type {HTMLElement} */ (dialog.querySelector("#found"));
  let found = candidates("", app);
  let chosen = 0;
  const draw = () => {
    list.innerHTML = html`${
      found.map(({ name, kind }, i) =>
        html`
          <li role="option" id="found-${i}" aria-selected="${i === chosen ? "true" : "false"}"
            data-place="${i}"><span>${name}</span><small>${kind}</small></li>
        `
      )
    }`.text;
    input.setAttribute("aria-activedescendant", found.length > 0 ? `found-${chosen}` : "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const take = (/** @type {number} */ place) => {
    const one = found[place];
    if (!one) return;
    dialog.close();
    void app.go(one.to);
  };
  input.value = "";
  input.oninput = () => {
    found = candidates(input.value, app);
    chosen = 0;
    draw();
  };
  input.onkeydown = (event) => {
    if (event.key === "ArrowDown") chosen = Math.min(found.length - 1, chosen + 1);
    else if (event.key === "ArrowUp") chosen = Math.max(0, chosen - 1);
    else if (event.key === "Enter") take(chosen);
    else return;
    event.preventDefault();
    if (dialog.open) draw();
  };
  list.onclick = (event) => {
    const item = event.target instanceof Element ? event.target.closest("li") : null;
    if (item) take(Number(item.dataset.place));
  };
  draw();
  dialog.showModal();
  input.focus();
}

/** @param {string} query @param {any} app */
function candidates(query, { titles, fmt, href, overview }) {
  const words = query.toLowerCase().trim().split(/\s+/).filter((word) => word !== "");
  const fits = (/** @type {string} */ text) =>
    words.every((word) => text.toLowerCase().includes(word));
  const days = daysNamed(query, overview()?.today).flatMap((day) => [
    { name: fmt.longDay(day), kind: "night", to: href({}, `/night/${day}`) },
    { name: fmt.longDay(day), kind: "day", to: href({ day }, "/") },
  ]);
  const pages = Object.entries(titles).filter(([, title]) => fits(String(title)))
    .map(([name, title]) => ({
      name: String(title),
      kind: "page",
      to: href({}, name === "today" ? "/" : `/${name}`),
    }));
  // What begins with the words comes first, and measurements before the scores made of them.
  const rank = (/** @type {any} */ { name }) =>
    (name.toLowerCase().startsWith(words[0] ?? "") ? 0 : 1) +
    (/contributor|samples/.test(name) ? 2 : 0);
  const metrics = (overview()?.metrics ?? []).filter((/** @type {any} */ metric) =>
    fits(`${metric.name} ${metric.id}`)
  )
    .toSorted((/** @type {any} */ a, /** @type {any} */ b) => rank(a) - rank(b))
    .map((/** @type {any} */ { id, name }) => ({
      name,
      kind: "metric",
      to: href({ metrics: id }, "/trends"),
    }));
  const tags = (overview()?.tags ?? []).filter((/** @type {string} */ tag) => fits(tag))
    .map((/** @type {string} */ tag) => ({ name: tag, kind: "tag", to: href({ tag }, "/tags") }));
  return [...days, ...pages, ...metrics, ...(words.length === 0 ? [] : tags)].slice(0, 40);
}

/** Days a text may mean: `2026-11-25`, `25 nov`, `yesterday`. @param {string} query @param {string} today */
export function daysNamed(query, today) {
  const text = query.toLowerCase().trim();
  if (!today || text === "") return [];
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Number.isNaN(Date.parse(text)) ? [] : [text];
  if (text === "yesterday") return [moved(today, -1)];
  const months = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
  ];
  const match = /^(\d{1,2})\.?\s*([a-z]{3})[a-z]*\s*(\d{4})?$/.exec(text) ??
    (/^([a-z]{3})[a-z]*\s+(\d{1,2}),?\s*(\d{4})?$/.exec(text)?.map((part, i, all) =>
      i === 1 ? all[2] : i === 2 ? all[1] : part
    ) ?? null);
  if (!match) return [];
  const month = months.indexOf(match[2]);
  if (month < 0) return [];
  const year = Number(match[3] ?? today.slice(0, 4));
  const day = (/** @type {number} */ y) =>
    new Date(Date.UTC(y, month, Number(match[1]))).toISOString().slice(0, 10);
  return [match[3] === undefined && day(year) > today ? day(year - 1) : day(year)];
}
