/** Long spans at a glance: a calendar of days, and every night from bed to wake. */
import { html, px } from "../html.js";
import { colour, dayAxis, svg } from "./parts.js";
import { linear } from "./scale.js";

/** Weeks as columns, weekdays as rows. @param {any} year @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function calendarChart({ span, values, metric, scale }, { width, fmt }) {
  const days = values.map((/** @type {any} */ _, /** @type {number} */ i) =>
    new Date(Date.parse(span.from) + i * 86_400_000).toISOString().slice(0, 10)
  );
  const weekday = (/** @type {string} */ day) => (new Date(day).getUTCDay() + 6) % 7;
  const lead = weekday(days[0] ?? span.from);
  const weeks = Math.ceil((days.length + lead) / 7);
  const left = 34;
  const perRow = Math.max(8, Math.min(weeks, Math.floor((width - left) / 13), 54));
  const size = Math.min(20, (width - left - 2) / perRow);
  const block = size * 7 + 26;
  const shade = linear([scale?.low ?? 0, scale?.high ?? 1], [0.12, 1]);
  const at = (/** @type {number} */ i) => {
    const week = Math.floor((i + lead) / 7);
    return {
      x: left + (week % perRow) * size,
      y: 18 + Math.floor(week / perRow) * block + weekday(days[i]) * size,
    };
  };
  const blocks = Math.ceil(weeks / perRow);
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
    const y = 12 + Math.floor(Math.floor((i + lead) / 7) / perRow) * block;
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
      y: at(i).y,
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
  const path = nights.map((/** @type {any} */ { day, from, to }) =>
    `M${px(x(place(day)))} ${px(y(Math.max(low, from)))}V${px(y(Math.min(high, to)))}`
  ).join("");
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
          most: Math.floor((right - left) / 80),
          fmt,
        })}<path class="night" stroke-width="${px(wide)}" d="${path}" />
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
