/** Keys, search and the other dialogs. */
import { html } from "./html.js";
import { openSearch } from "./search.js";

const KEYS = [
  ["← →", "previous and next day or night; inside a chart the cursor"],
  ["t", "today"],
  ["/", "search for a page, a metric or a day"],
  [
    "g then a letter",
    "a page by its first letter: n night, r trends, h heart, a activity, b body, y year, s tags, d data, c cohort",
  ],
  ["?", "these keys"],
  ["Esc", "closes, or leaves a chart's cursor"],
];
const LETTERS = {
  t: "/",
  n: "/night",
  r: "/trends",
  h: "/heart",
  a: "/activity",
  b: "/body",
  y: "/year",
  s: "/tags",
  d: "/data",
  c: "/cohort",
};
const THEMES = ["system", "light", "dark"];

/** @param {{ titles: Record<string, string>, fmt: any, go: (to: string) => Promise<void>, href: (changes: object, path?: string) => string, overview: () => any }} app */
export function startKeys(app) {
  const dialog = (
    /** @type {string} */ id,
  ) => /** @type {HTMLDialogElement} */ (document.getElementById(id));
  const actions = {
    search: () => openSearch(dialog("search"), app),
    keys: () => dialog("keys").showModal(),
    more: () => dialog("more").showModal(),
    theme: nextTheme,
  };
  const list = dialog("keys").querySelector("dl");
  if (list) {
    list.innerHTML = html`${
      KEYS.map(([key, does]) =>
        html`
          <dt><kbd>${key}</kbd></dt>
          <dd>${does}</dd>
        `
      )
    }`.text;
  }
  fillMore(dialog("more"));
  showTheme();
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    const action = button && actions[/** @type {HTMLElement} */ (button).dataset.do ?? ""];
    if (!action) return;
    if (button.closest("dialog")) {
      /** @type {HTMLDialogElement} */ (button.closest("dialog")).close();
    }
    action();
  });
  let leader = false;
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
      return;
    }
    if (target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
    const path = leader ? LETTERS[event.key] : undefined;
    const before = leader;
    leader = event.key === "g" && !before;
    if (path) void app.go(app.href({}, path));
    else if (event.key === "/") actions.search();
    else if (event.key === "?") actions.keys();
    else if (event.key === "t") void app.go(app.href({}, "/"));
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const link = document.querySelector(
        `[data-step="${event.key === "ArrowLeft" ? "previous" : "next"} day"]`,
      );
      if (!(link instanceof HTMLElement)) return;
      link.click();
    } else return;
    event.preventDefault();
  });
}

/** @param {HTMLDialogElement} more */
function fillMore(more) {
  const [list, foot] = [more.querySelector(".links"), more.querySelector(".foot")];
  const short = [...document.querySelectorAll(".dock a")].map((link) =>
    /** @type {HTMLElement} */ (link).dataset.page
  );
  const rest = [...document.querySelectorAll(".side .links li")].filter((item) =>
    !short.includes(/** @type {HTMLElement} */ (item.querySelector("a")).dataset.page)
  );
  list?.replaceChildren(...rest.map((item) => item.cloneNode(true)));
  foot?.replaceChildren(...[...document.querySelectorAll(".side .quiet")].map((button) => {
    const copy = /** @type {HTMLElement} */ (button.cloneNode(true));
    copy.querySelector("#theme")?.removeAttribute("id");
    return copy;
  }));
}

function nextTheme() {
  const chosen = document.documentElement.dataset.chosen ?? "system";
  const next = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
  try {
    if (next === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch {
    // Storage is switched off: the choice cannot be kept.
  }
  dispatchEvent(new Event("theme"));
  showTheme();
}

function showTheme() {
  const place = document.getElementById("theme");
  if (place) place.textContent = document.documentElement.dataset.chosen ?? "system";
}
