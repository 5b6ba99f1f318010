/** Long spans at a glance: a calendar of days, and every night from bed to wake. */
import { html, px } from "../html.js";
import { colour, dayAxis, svg } from "./parts.js";
import { linear } from "./scale.js";

/** A year touches so many weeks at most. */
const WEEKS_OF_YEAR = 54;

/** Weeks as columns, weekdays as rows. @param {any} year @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function calendarChart({ span, values, metric, scale }, { width, fmt }) {
  const days = values.map((/** @type {any} */ _, /** @type {number} */ i) =>
    new Date(Date.parse(span.from) + i * 86_400_000).toISOString().slice(0, 10)
  );
  const weekday = (/** @type {string} */ day) => (new Date(day).getUTCDay() + 6) % 7;
  const lead = weekday(days[0] ?? span.from);
  const weeks = Math.ceil((days.length + lead) / 7);
  const left = 34;
  const perRow = Math.max(8, Math.min(weeks, Math.floor((width - left) / 13), WEEKS_OF_YEAR));
  // Where a whole year fits into a row, each row of a long span is one, so that seasons stand below
  // each other.
  const byYear = weeks > WEEKS_OF_YEAR && perRow === WEEKS_OF_YEAR;
  const size = Math.min(26, (width - left - 2) / perRow);
  const block = size * 7 + 26;
  const firstYear = Number(span.from.slice(0, 4));
  const weekOf = (/** @type {number} */ i) => {
    if (!byYear) {
      const week = Math.floor((i + lead) / 7);
      return { row: Math.floor(week / perRow), column: week % perRow };
    }
    const january = `${days[i].slice(0, 4)}-01-01`;
    const away = Math.round((Date.parse(days[i]) - Date.parse(january)) / 86_400_000);
    return {
      row: Number(days[i].slice(0, 4)) - firstYear,
      column: Math.floor((away + weekday(january)) / 7),
    };
  };
  const shade = linear([scale?.low ?? 0, scale?.high ?? 1], [0.12, 1]);
  const at = (/** @type {number} */ i) => {
    const { row, column } = weekOf(i);
    return { x: left + column * size, y: 18 + row * block + weekday(days[i]) * size };
  };
  const blocks = days.length === 0 ? 1 : weekOf(days.length - 1).row + 1;
  const cells = values.map((/** @type {number | null} */ value, /** @type {number} */ i) => {
    const { x, y } = at(i);
    const opacity = value === null
      ? ""
      : html`opacity="${px(Math.max(0.12, Math.min(1, shade(value))) * 100) / 100}"`;
    return html`
      <rect class="cell ${value === null ? "h0" : "bar"}" x="${px(x)}" y="${px(y)}" width="${px(
        size,
      )}"
        height="${px(size)}" rx="3" ${opacity} />
    `;
  });
  const months = days.flatMap((day, i) => {
    if (day.slice(8) !== "01") return [];
    const { x } = at(i);
    if (x > width - 64) return [];
    const y = 12 + weekOf(i).row * block;
    const style = day.slice(5, 7) === "01" ? { year: "numeric" } : { month: "short" };
    return [html`<text x="${px(x)}" y="${y}">${fmt.date(Date.parse(day), style)}</text>`];
  });
  const names = Array.from(
    { length: blocks },
    (_, b) =>
      [0, 2, 4].map((w) =>
        html`<text x="${left - 8}" y="${
          px(18 + b * block + w * size + size * 0.75)
        }" text-anchor="end">${fmt.date(Date.UTC(2024, 0, 1 + w), { weekday: "short" })}</text>`
      ),
  );
  return {
    svg: svg(
      width,
      18 + blocks * block,
      html`${names}${months}<g class="${metric ? colour(metric) : ""}">${cells}</g>`,
    ),
    name: `${metric?.name ?? "Nothing"}, day by day`,
    summary: metric
      ? `${metric.name} of ${
        values.filter((/** @type {any} */ v) => v !== null).length
      } days, paler below, darker above.`
      : "No metric.",
    stops: values.map((/** @type {number | null} */ value, /** @type {number} */ i) => ({
      x: at(i).x + size / 2,
      text: `${fmt.longDay(days[i])}: ${
        value === null || !metric ? "no data" : fmt.full(metric, value)
      }`,
      y: at(i).y + size / 2,
    })),
    table: {
      head: ["day", metric?.name ?? ""],
      rows: values.map((
        /** @type {number | null} */ value,
        /** @type {number} */ i,
      ) => [days[i], value === null || !metric ? "" : fmt.plain(metric, value)]).reverse(),
    },
  };
}

/** Every night from bed to wake, newest at the right. @param {any} year @param {{ width: number, height?: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function rasterChart({ span, nights }, { width, fmt, height = 300 }) {
  const [left, right, top, bottom] = [52, width - 6, 12, height - 24];
  const length = (Date.parse(span.to) - Date.parse(span.from)) / 86_400_000;
  const x = linear([0, Math.max(1, length)], [left, right]);
  const starts = nights.map((/** @type {any} */ { from }) => from).sort((
    /** @type {number} */ a,
    /** @type {number} */ b,
  ) => a - b);
  const ends = nights.map((/** @type {any} */ { to }) => to).sort((
    /** @type {number} */ a,
    /** @type {number} */ b,
  ) => a - b);
  const low = Math.max(-8, Math.floor((starts[Math.floor(starts.length * 0.01)] ?? -2) - 0.5));
  const high = Math.min(16, Math.ceil((ends[Math.ceil(ends.length * 0.99) - 1] ?? 8) + 0.5));
  const y = linear([low, high], [top, bottom]);
  const place = (/** @type {string} */ day) =>
    (Date.parse(day) - Date.parse(span.from)) / 86_400_000;
  const wide = Math.max(0.8, Math.min(9, (right - left) / (length + 1) * 0.72));
  const bar = (/** @type {number} */ at, /** @type {number} */ from, /** @type {number} */ to) =>
    `M${px(x(at))} ${px(y(Math.max(low, from)))}V${px(y(Math.min(high, to)))}`;
  const dense = length + 1 > (right - left) * 1.2;
  const path = dense ? weekBars(nights, place, bar) : html`
    <path class="night" stroke-width="${px(wide)}" d="${nights.map((
      /** @type {any} */ { day, from, to },
    ) => bar(place(day), from, to)).join("")}" />
  `;
  const hours = [];
  for (let hour = low; hour <= high; hour += 2) hours.push(hour);
  const days = Array.from(
    { length: length + 1 },
    (_, i) => new Date(Date.parse(span.from) + i * 86_400_000).toISOString().slice(0, 10),
  );
  return {
    svg: svg(
      width,
      height,
      html`
        ${hours.map((hour) =>
          html`
            <path class="gridline" d="M${left} ${px(y(hour))}H${right}" />
            <text x="${left - 8}" y="${px(y(hour) + 4)}" text-anchor="end">${fmt.clock(hour)}</text>
          `
        )}${dayAxis({
          days,
          x,
          top,
          bottom,
          width,
          most: Math.floor((right - left) / 80),
          fmt,
        })}${path}
      `,
    ),
    name: "Nights from bed to wake",
    summary: nights.length === 0 ? "No nights." : `${nights.length} nights, by the wearer’s clock.`,
    stops: nights.map((/** @type {any} */ { day, from, to }) => ({
      x: x(place(day)),
      text: `${fmt.longDay(day)}: ${fmt.clock(from)} to ${fmt.clock(to)}`,
    })),
    table: {
      head: ["day", "to bed", "up"],
      rows: nights.map((
        /** @type {any} */ { day, from, to },
      ) => [day, fmt.clock(from), fmt.clock(to)]).reverse(),
    },
  };
}

/** More nights than pixels: a bar per week, dark from the median bedtime to the median wake-up. */
function weekBars(nights, place, bar) {
  const middle = (/** @type {number[]} */ values) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const weeks = [...Map.groupBy(
    nights,
    (/** @type {any} */ { day }) => Math.floor(place(day) / 7),
  )].map(([week, all]) => ({
    at: week * 7 + 3,
    beds: all.map((/** @type {any} */ { from }) => from),
    wakes: all.map((/** @type {any} */ { to }) => to),
  }));
  return html`
    <path class="night around" stroke-width="1.4" d="${weeks.map(({ at, beds, wakes }) =>
      bar(at, Math.min(...beds), Math.max(...wakes))
    ).join("")}" />
    <path class="night" stroke-width="1.4" d="${weeks.map(({ at, beds, wakes }) =>
      bar(at, middle(beds), middle(wakes))
    ).join("")}" />
  `;
}
