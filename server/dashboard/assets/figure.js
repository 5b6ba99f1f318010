/**
 * Charts in the page: drawn for the width they have, with a cursor for mouse, finger and keys, a
 * name and a summary for screen readers, and a table behind each.
 */
import { html } from "./html.js";

/**
 * @typedef {import("./charts/parts.js").Chart} Chart
 * @typedef {{ build: (width: number) => Chart, group?: string, onRange?: (from: number, to: number) => void,
 *   onPick?: (place: number) => void, chart?: Chart, place?: number, element?: HTMLElement }} Entry
 */

/** @type {Map<string, Entry>} */
const entries = new Map();
/** @type {ResizeObserver | null} */
let observer = null;

/** Forgets the charts of the page before. */
export function clearFigures() {
  entries.clear();
  observer?.disconnect();
}

/**
 * A chart of the page that is about to be shown.
 * @param {string} id @param {(width: number) => Chart} build
 * @param {{ group?: string, onRange?: (from: number, to: number) => void, onPick?: (place: number) => void }} [options]
 * `group`: charts with one cursor; `onRange`: a stretch was dragged over, in the chart's own unit;
 * `onPick`: a place was chosen.
 */
export function figure(id, build, options = {}) {
  entries.set(id, { build, ...options });
  return html`<div data-figure="${id}"></div>`;
}

/** Draws all charts below an element. @param {HTMLElement} root */
export function mountFigures(root) {
  observer = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const element = /** @type {HTMLElement} */ (target);
      if (Math.round(element.clientWidth) !== Number(element.dataset.width)) draw(element);
    }
  });
  for (const element of root.querySelectorAll("[data-figure]")) {
    draw(/** @type {HTMLElement} */ (element));
    observer.observe(element);
  }
}

/** @param {HTMLElement} element */
function draw(element) {
  const id = /** @type {string} */ (element.dataset.figure);
  const entry = entries.get(id);
  if (!entry) return;
  const width = Math.round(element.clientWidth);
  element.dataset.width = String(width);
  if (width < 40) return;
  const chart = entry.build(width);
  Object.assign(entry, { chart, element, place: undefined });
  const open = element.querySelector("details")?.open ?? false;
  const label = `${id}-summary`;
  element.innerHTML = html`
    <figure class="chart" tabindex="0" role="group" aria-roledescription="chart"
      aria-label="${chart.name}"
      aria-describedby="${label}">${chart
        .svg}<div class="brushing"></div><div class="cursor"></div><div class="bubble"></div></figure><p
      class="hidden" id="${label}">${chart.summary}${chart.stops.length > 0
        ? " Arrow keys move through the values."
        : ""}</p>${chart.table
        ? html`
          <details class="table">
            <summary>Table</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Table: ${chart.name}"></div>
          </details>
        `
        : ""}
  `.text;
  const details = element.querySelector("details");
  if (details) {
    details.addEventListener("toggle", () => fillTable(details, chart));
    details.open = open;
  }
  listen(element, entry);
}

/** @param {HTMLDetailsElement} details @param {Chart} chart */
function fillTable(details, chart) {
  const place = details.querySelector(".scroll");
  if (!details.open || !place || place.innerHTML !== "" || !chart.table) return;
  const { head, rows } = chart.table;
  place.innerHTML = html`
    <table>
      <caption class="hidden">${chart.name}</caption>
      <thead>
        <tr>${head.map((cell, i) =>
          html`<th scope="col" class="${i > 0 ? "n" : ""}">${cell}</th>`
        )}</tr>
      </thead>
      <tbody>${rows.map((row) =>
        html`<tr>${row.map((cell, i) => html`<td class="${i > 0 ? "n" : ""}">${cell}</td>`)}</tr>`
      )}</tbody>
    </table>
  `.text;
}

/** @param {HTMLElement} element @param {Entry} entry */
function listen(element, entry) {
  const figureElement = /** @type {HTMLElement} */ (element.querySelector("figure"));
  const xOf = (/** @type {PointerEvent} */ event) =>
    event.clientX - figureElement.getBoundingClientRect().left;
  const yOf = (/** @type {PointerEvent} */ event) =>
    event.clientY - figureElement.getBoundingClientRect().top;
  /** @type {number | null} */
  let pressed = null;
  figureElement.addEventListener("pointermove", (event) => {
    const x = xOf(event);
    if (pressed === null) moveTo(entry, nearest(entry, x, yOf(event)), false);
    else showBrush(entry, pressed, x);
  });
  figureElement.addEventListener("pointerleave", () => pressed === null && hide(entry));
  figureElement.addEventListener("pointerdown", (event) => {
    if (!entry.onRange || event.button !== 0 || event.pointerType === "touch") return;
    pressed = xOf(event);
    figureElement.setPointerCapture(event.pointerId);
  });
  figureElement.addEventListener("pointerup", (event) => {
    const from = pressed;
    pressed = null;
    showBrush(entry, 0, 0);
    if (from !== null && Math.abs(xOf(event) - from) > 6) range(entry, from, xOf(event));
    else if (entry.onPick) entry.onPick(nearest(entry, xOf(event), yOf(event)));
  });
  figureElement.addEventListener("keydown", (event) => onKey(event, entry));
  figureElement.addEventListener("blur", () => hide(entry));
}

/** @param {KeyboardEvent} event @param {Entry} entry */
function onKey(event, entry) {
  const last = (entry.chart?.stops.length ?? 0) - 1;
  if (last < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  const here = entry.place ?? last;
  const big = event.shiftKey ? 10 : 1;
  /** @type {Record<string, number>} */
  const moves = { ArrowLeft: here - big, ArrowRight: here + big, Home: 0, End: last };
  if (event.key === "Escape") hide(entry);
  else if (event.key === "Enter" && entry.onPick) entry.onPick(here);
  else if (event.key in moves) {
    moveTo(
      entry,
      Math.max(
        0,
        Math.min(
          last,
          entry.place === undefined && event.key.startsWith("Arrow") ? last : moves[event.key],
        ),
      ),
      true,
    );
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** The place nearest to a point; only across where places stand in one row. @param {Entry} entry @param {number} x @param {number} y */
function nearest(entry, x, y) {
  const stops = entry.chart?.stops ?? [];
  if (stops[0]?.y !== undefined) {
    const away = stops.map((stop) => Math.hypot(stop.x - x, (stop.y ?? 0) - y));
    return away.indexOf(Math.min(...away));
  }
  let [low, high] = [0, stops.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stops[middle].x < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - stops[low - 1].x < stops[low].x - x ? low - 1 : low;
}

/** @param {Entry} entry @param {number} place @param {boolean} aloud */
function moveTo(entry, place, aloud) {
  const stop = entry.chart?.stops[place];
  if (!stop) return;
  const together = entry.group === undefined
    ? [entry]
    : [...entries.values()].filter(({ group }) => group === entry.group);
  for (const one of together) show(one, place);
  const live = document.getElementById("live");
  if (aloud && live) live.textContent = stop.text;
}

/** @param {Entry} entry @param {number} place */
function show(entry, place) {
  const stop = entry.chart?.stops[place];
  const element = entry.element?.querySelector("figure");
  if (!stop || !element) return;
  entry.place = place;
  element.dataset.cursor = "";
  const [cursor, bubble] = [element.querySelector(".cursor"), element.querySelector(".bubble")];
  if (!(cursor instanceof HTMLElement) || !(bubble instanceof HTMLElement)) return;
  cursor.style.left = `${stop.x}px`;
  bubble.textContent = stop.text;
  const half = bubble.offsetWidth / 2;
  bubble.style.left = `${Math.max(half, Math.min(element.clientWidth - half, stop.x))}px`;
}

/** @param {Entry} entry */
function hide(entry) {
  const together = entry.group === undefined
    ? [entry]
    : [...entries.values()].filter(({ group }) => group === entry.group);
  for (const one of together) {
    one.place = undefined;
    const element = one.element?.querySelector("figure");
    if (element) delete element.dataset.cursor;
  }
}

/** @param {Entry} entry @param {number} from @param {number} to */
function showBrush(entry, from, to) {
  const brush = entry.element?.querySelector(".brushing");
  if (!(brush instanceof HTMLElement)) return;
  brush.style.display = from === to ? "none" : "block";
  brush.style.left = `${Math.min(from, to)}px`;
  brush.style.width = `${Math.abs(to - from)}px`;
}

/** @param {Entry} entry @param {number} from @param {number} to */
function range(entry, from, to) {
  const invert = entry.chart?.invert;
  if (invert && entry.onRange) {
    entry.onRange(invert(Math.min(from, to)), invert(Math.max(from, to)));
  }
}
