/** The frame of the page: addresses, the data of the page shown, keys and search. */
import { clearFigures, mountFigures } from "./figure.js";
import { formats } from "./format.js";
import { html } from "./html.js";
import { startKeys } from "./keys.js";
import { empty } from "./parts.js";

const TITLES = {
  today: "Today",
  night: "Night",
  trends: "Trends",
  heart: "Heart",
  activity: "Activity",
  body: "Body",
  year: "Year",
  tags: "Tags",
  data: "Data",
  cohort: "Cohort",
};
const fmt = formats(navigator.language);
const place = /** @type {HTMLElement} */ (document.getElementById("page"));
/** @type {any} */
let overview = null;
/** Between the clock of the server, which the data follows, and the one of this machine. */
let drift = 0;
let turn = 0;

/** @param {string} path @param {Record<string, string | number | null | undefined>} [params] */
async function get(path, params = {}) {
  const url = new URL(`/api/${path}`, location.origin);
  const wearer = new URL(location.href).searchParams.get("wearer");
  for (const [name, value] of Object.entries({ wearer, ...params })) {
    if (value !== null && value !== undefined && value !== "") {
      url.searchParams.set(name, String(value));
    }
  }
  const response = await fetch(url, { headers: { accept: "application/json" } });
  const date = Date.parse(response.headers.get("x-now") ?? "");
  if (!Number.isNaN(date)) drift = date - Date.now();
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    throw Object.assign(new Error(body?.error?.message ?? "the server does not answer"), {
      code: body?.error?.code,
    });
  }
  return body;
}

/** The name of the page and the rest of its address. */
function route() {
  const [, name = "", rest = ""] = location.pathname.split("/");
  return {
    name: name === "" ? "today" : Object.hasOwn(TITLES, name) ? name : "today",
    rest: decoded(rest),
  };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of this page with parameters changed; null takes one away. @param {Record<string, string | null>} changes @param {string} [path] */
function href(changes, path = location.pathname) {
  const url = new URL(location.href);
  const kept = path === location.pathname
    ? [...url.searchParams]
    : [...url.searchParams].filter(([key]) => key === "wearer");
  const params = new URLSearchParams(kept);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) params.delete(key);
    else params.set(key, value);
  }
  const query = params.toString();
  return query === "" ? path : `${path}?${query}`;
}

/** @param {string} to @param {{ replace?: boolean, keepScroll?: boolean }} [options] */
async function go(to, { replace = false, keepScroll = false } = {}) {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  await show({ keepScroll });
}

async function show({ keepScroll = false } = {}) {
  const mine = ++turn;
  const { name, rest } = route();
  place.classList.add("waiting");
  markPage(name);
  try {
    const [page] = await Promise.all([import(`/assets/pages/${name}.js`), overviewOf()]);
    const ctx = context(rest);
    const model = await page.load(ctx);
    if (mine !== turn) return;
    clearFigures();
    const { title, body, mounted } = page.view(model, ctx);
    document.title = `${title} · oura-sync`;
    place.innerHTML = body.text;
    mountFigures(place);
    mounted?.(place);
  } catch (error) {
    if (mine !== turn) return;
    if (/** @type {any} */ (error).code === "SYNC_RUNNING") {
      // What is shown stays; it is asked for again until the sync is done.
      if (!place.dataset.shown) {
        place.innerHTML = empty("A sync is running", "The page shows itself once it is done.").text;
      }
      setTimeout(() => mine === turn && void show({ keepScroll }), 2_000);
      return;
    }
    clearFigures();
    place.innerHTML = failure(/** @type {any} */ (error)).text;
  }
  place.classList.remove("waiting");
  place.dataset.shown = location.pathname + location.search;
  if (!keepScroll) scrollTo(0, 0);
}

function context(rest) {
  return {
    rest,
    params: new URL(location.href).searchParams,
    fmt,
    overview,
    get,
    go,
    href,
    now: () => Date.now() + drift,
    show,
  };
}

/** What all pages need: the metrics, the present day and how fresh everything is; kept for a while. */
async function overviewOf() {
  const wearer = new URL(location.href).searchParams.get("wearer") ?? "";
  if (overview === null || overview.asked !== wearer) await refreshOverview();
}

async function refreshOverview() {
  const asked = new URL(location.href).searchParams.get("wearer") ?? "";
  overview = { asked, ...await get("overview") };
}

/** @param {{ code?: string, message: string }} error */
function failure({ code, message }) {
  if (code === "NO_DATA") {
    return empty(
      "No data yet",
      "Sign in and let the first sync run; this page then fills by itself.",
      html`<code>oura-sync auth login</code><code>oura-sync sync</code>`,
    );
  }
  return empty(
    "This cannot be shown",
    `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
    html`<a class="button" href="${location.pathname}">Show this page as it is by default</a>`,
  );
}

/** @param {string} name */
function markPage(name) {
  for (const link of document.querySelectorAll("a[data-page]")) {
    const element = /** @type {HTMLAnchorElement} */ (link);
    element.href = href({}, element.dataset.page === "today" ? "/" : `/${element.dataset.page}`);
    if (element.dataset.page === name && !element.classList.contains("brand")) {
      element.setAttribute("aria-current", "page");
    } else element.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (
    !link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey ||
    event.shiftKey
  ) return;
  const url = new URL(link.href, location.href);
  if (
    url.origin !== location.origin || link.hasAttribute("download") ||
    url.pathname.startsWith("/api/") || link.classList.contains("skip")
  ) return;
  event.preventDefault();
  for (const dialog of document.querySelectorAll("dialog[open]")) {
    /** @type {HTMLDialogElement} */ (dialog).close();
  }
  const same = url.pathname === location.pathname;
  void go(url.pathname + url.search, { keepScroll: same });
});
addEventListener("popstate", () => void show());

async function startWearers() {
  const { wearers, labels } = await get("wearers");
  const select = /** @type {HTMLSelectElement} */ (document.getElementById("wearer"));
  if (wearers.length < 2) return;
  for (const item of document.querySelectorAll("[data-several]")) item.removeAttribute("hidden");
  const names = wearers.map((/** @type {string} */ id) => labels[id] ?? id);
  select.innerHTML =
    html`${names.map((/** @type {string} */ name) => html`<option>${name}</option>`)}`.text;
  const asked = new URL(location.href).searchParams.get("wearer") ?? wearers[0];
  select.value = labels[asked] ?? asked;
  /** @type {HTMLElement} */ (select.closest(".wearer")).hidden = false;
  select.addEventListener("change", () => void go(href({ wearer: select.value })));
}

startKeys({ titles: TITLES, fmt, go, href, overview: () => overview });
void startWearers().catch(() => {});
await show();

// What a sync brings meanwhile shows without being asked for.
setInterval(async () => {
  if (document.hidden || overview === null) return;
  const before = `${overview.freshness.readAt} ${overview.today}`;
  await refreshOverview().catch(() => {});
  if (`${overview.freshness.readAt} ${overview.today}` !== before) await show({ keepScroll: true });
}, 60_000);
