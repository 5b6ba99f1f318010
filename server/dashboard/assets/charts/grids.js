/** Charts of cells: completeness, the calendar, hours of days, and the raster of nights. */
import { html, px } from "../html.js";
import { CAUSES } from "./causes.js";
import { colour, dayAxis, svg } from "./parts.js";
import { linear } from "./scale.js";

/** @param {any} completeness @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function coverageChart({ days, types }, { width, fmt }) {
  const narrow = width < 560;
  const [left, top, row] = [narrow ? 112 : 176, 20, 22];
  const right = width - 4;
  const wide = (right - left) / days.length;
  const height = top + types.length * row + 6;
  const x = (/** @type {number} */ i) => left + i * wide;
  const air = wide > 5 ? 1.5 : wide > 3 ? 0.6 : 0;
  const cells = types.map((/** @type {any} */ { dataType, cells }, /** @type {number} */ r) => {
    const y = top + r * row;
    const name = narrow ? dataType.replace("daily_", "").slice(0, 15) : dataType;
    return html`<text x="${left - 9}" y="${y + 14}" text-anchor="end">${name}</text>${
      runs(cells, air > 0).map(({ cause, from, to }) =>
        html`
          <rect class="${CAUSES[cause]?.[0] ?? "d-open"}" x="${px(x(from))}" y="${y +
            2}" width="${px(Math.max(0.5, (to - from) * wide - air))}" height="${row - 5}"
            rx="${wide > 5 ? 2 : 0}" />
        `
      )
    }`;
  });
  const most = Math.max(2, Math.floor((right - left) / 84));
  const axis = dayAxis({
    days,
    x: (i) => x(i) + wide / 2,
    top: top + 4,
    bottom: height,
    most,
    fmt,
  });
  const names = html`<g transform="translate(0 ${-(height + 5)})">${axis}</g>`;
  return {
    svg: svg(
      width,
      height,
      html`
        <defs>
          <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)">
            <path class="hatch" d="M0 0V5" />
          </pattern>
        </defs>${onlyText(names)}${cells}
      `,
    ),
    name: "What is here, day by day",
    summary: types.map((/** @type {any} */ { dataType, present }) =>
      `${dataType}: ${present} of ${days.length} days`
    ).join("; "),
    stops: days.map((/** @type {string} */ day, /** @type {number} */ i) => {
      const missing = types.filter((/** @type {any} */ { cells }) =>
        !["data", "partial", "no_data", "future"].includes(cells[i])
      );
      const present = types.filter((/** @type {any} */ { cells }) =>
        ["data", "partial"].includes(cells[i])
      ).length;
      return {
        x: x(i) + wide / 2,
        text: `${fmt.longDay(day)}: ${present} of ${types.length} types${
          missing.length > 0
            ? `; ${
              missing.map((/** @type {any} */ { dataType, cells }) =>
                `${dataType} ${CAUSES[cells[i]]?.[1] ?? cells[i]}`
              ).join(", ")
            }`
            : ""
        }`,
      };
    }),
    table: {
      head: ["type", "days with data", "of"],
      rows: types.map((
        /** @type {any} */ { dataType, present },
      ) => [dataType, present, days.length]),
    },
  };
}

/** The names of an axis without its lines. */
function onlyText(markup) {
  markup.text = markup.text.replace(/<path class="gridline"[^>]*>/g, "");
  return markup;
}

/** Cells in a row with one cause; one by one where there is room for air between them. */
function runs(cells, single) {
  const found = [];
  for (const [i, cause] of cells.entries()) {
    const last = found[found.length - 1];
    if (!single && last?.cause === cause) last.to = i + 1;
    else found.push({ cause, from: i, to: i + 1 });
  }
  return found;
}

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

/** Hours as rows, days as columns, darker where the heart beats faster. @param {any} model @param {{ width: number, fmt: any }} options @returns {import("./parts.js").Chart} */
export function hoursChart({ days, hours }, { width, fmt }) {
  const [left, right, top] = [48, width - 4, 8];
  const row = 9;
  const bottom = top + 24 * row;
  const wide = (right - left) / Math.max(1, days.length);
  const all = hours.flat().filter((/** @type {any} */ v) => v !== null).sort((
    /** @type {number} */ a,
    /** @type {number} */ b,
  ) => a - b);
  const shade = linear([
    all[Math.floor(all.length * 0.03)] ?? 40,
    all[Math.ceil(all.length * 0.97) - 1] ?? 120,
  ], [0.06, 1]);
  const levels = Array.from({ length: 10 }, () => "");
  hours.forEach((/** @type {(number | null)[]} */ day, /** @type {number} */ d) =>
    day.forEach((value, hour) => {
      if (value === null) return;
      const level = Math.max(0, Math.min(9, Math.floor(shade(value) * 10)));
      levels[level] += `M${px(left + d * wide)} ${top + hour * row}h${
        px(Math.max(0.6, wide - (wide > 4 ? 0.8 : 0)))
      }v${row - 0.8}h${-px(Math.max(0.6, wide - (wide > 4 ? 0.8 : 0)))}z`;
    })
  );
  const names = [0, 6, 12, 18].map((hour) =>
    html`<text x="${left - 8}" y="${top + hour * row + 9}" text-anchor="end">${
      fmt.clock(hour)
    }</text>`
  );
  return {
    svg: svg(
      width,
      bottom + 24,
      html`
        ${names}<rect class="hole" x="${left}" y="${top}" width="${px(right - left)}"
          height="${24 * row}" />${dayAxis({
            days,
            x: (i) => left + (i + 0.5) * wide,
            top,
            bottom,
            most: Math.floor((right - left) / 80),
            fmt,
          })}<g class="c-heart">${levels.map((d, i) =>
            html`
              <path class="bar" opacity="${(i + 1) / 10}" d="${d}" />
            `
          )}</g>
      `,
    ),
    name: "Heart rate by hour of the day",
    summary: `Mean heart rate of each hour of ${days.length} days; darker is faster.`,
    stops: days.map((/** @type {string} */ day, /** @type {number} */ i) => {
      const there = hours[i].filter((/** @type {any} */ v) => v !== null);
      const text = there.length === 0
        ? "no data"
        : `${fmt.number(Math.min(...there))} to ${fmt.number(Math.max(...there))} bpm by the hour`;
      return { x: left + (i + 0.5) * wide, text: `${fmt.longDay(day)}: ${text}` };
    }),
    table: null,
  };
}
