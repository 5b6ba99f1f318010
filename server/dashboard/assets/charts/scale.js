/** Scales and ticks of charts. */

/**
 * A straight line from a domain to pixels.
 * @param {readonly [number, number]} domain
 * @param {readonly [number, number]} range
 */
export function linear([d0, d1], [r0, r1]) {
  const slope = d1 === d0 ? 0 : (r1 - r0) / (d1 - d0);
  /** @param {number} value */
  const scale = (value) => r0 + (value - d0) * slope;
  /** @param {number} pixel */
  scale.invert = (pixel) => slope === 0 ? d0 : d0 + (pixel - r0) / slope;
  scale.domain = /** @type {[number, number]} */ ([d0, d1]);
  return scale;
}

/** The smallest and largest of what is there. @param {readonly (number | null)[][]} lists */
export function extent(...lists) {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (const value of list) {
      if (value === null || value === undefined) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? null : /** @type {[number, number]} */ ([low, high]);
}

/** A domain with a little air, never without height. @param {[number, number]} ends @param {number} air */
export function padded([low, high], air = 0.08) {
  const height = high - low || Math.max(1, Math.abs(high) * 0.1);
  return /** @type {[number, number]} */ ([low - height * air, high + height * air]);
}

/** Round numbers within a domain. @param {readonly [number, number]} domain @param {number} count */
export function ticks([low, high], count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ??
    rough;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) {
    found.push(Math.round(at / step) * step);
  }
  return found;
}

/** Ticks of durations are whole quarters or hours. @param {readonly [number, number]} domain @param {number} count */
export function durationTicks([low, high], count) {
  const sizes = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400];
  const rough = (high - low) / Math.max(1, count);
  const step = sizes.find((size) => size >= rough) ?? Math.ceil(rough / 86_400) * 86_400;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) found.push(at);
  return found;
}

/**
 * Days of an axis to be named.
 * @param {readonly string[]} days In order.
 * @param {number} most How many names there is room for.
 * @returns {{ place: number, style: "day" | "month" | "year" }[]}
 */
export function dayTicks(days, most) {
  if (days.length === 0) return [];
  const span = (Date.parse(days[days.length - 1]) - Date.parse(days[0])) / 86_400_000 + 1;
  const months = span / 30.4;
  if (months / most > 9) return firsts(days, (day) => Number(day.slice(0, 4)), 1, most, "year");
  if (months > 2.5) {
    const every = [1, 2, 3, 6, 12].find((size) => months / size <= most) ?? 12;
    const month = (/** @type {string} */ day) =>
      Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
    return firsts(days, month, every, most, "month");
  }
  const every = [1, 2, 5, 7, 10, 14, 28].find((size) => span / size <= most) ?? 42;
  const found = [];
  for (let place = days.length - 1; place >= 0; place--) {
    const away = Math.round(
      (Date.parse(days[days.length - 1]) - Date.parse(days[place])) / 86_400_000,
    );
    if (away % every === 0) found.push({ place, style: /** @type {"day"} */ ("day") });
  }
  return found.reverse();
}

/**
 * @param {readonly string[]} days @param {(day: string) => number} unit @param {number} every
 * @param {number} most @param {"month" | "year"} style
 */
function firsts(days, unit, every, most, style) {
  const found = [];
  for (let place = 1; place < days.length; place++) {
    const [own, before] = [unit(days[place]), unit(days[place - 1])];
    if (own !== before && own % every === 0) found.push({ place, style });
  }
  const skip = Math.ceil(found.length / Math.max(1, most));
  return found.filter((_, i) => i % skip === 0);
}

/**
 * Instants of an axis to be named, on whole local hours or days.
 * @param {number} from ms @param {number} to ms @param {number} offset Seconds east of UTC.
 * @param {number} most
 * @returns {{ at: number, style: "time" | "day" | "month" | "year" }[]}
 */
export function timeTicks(from, to, offset, most) {
  const minute = 60_000;
  const sizes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((size) =>
    size * minute
  );
  const size = sizes.find((one) => (to - from) / one <= most);
  const shift = offset * 1000;
  if (size !== undefined) {
    const found = [];
    for (let at = Math.ceil((from + shift) / size) * size; at <= to + shift; at += size) {
      found.push({
        at: at - shift,
        style: /** @type {"time" | "day"} */ (size < 1440 * minute ? "time" : "day"),
      });
    }
    return found;
  }
  const days = [];
  for (
    let at = Math.ceil((from + shift) / 86_400_000) * 86_400_000;
    at <= to + shift;
    at += 86_400_000
  ) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return dayTicks(days, most).map(({ place, style }) => ({
    at: Date.parse(days[place]) - shift,
    style,
  }));
}

/**
 * Round values of a metric within a domain: whole quarters of an hour for durations, hours for times.
 * Never two values that are written the same.
 * @param {{ kind: string, decimals: number }} metric @param {[number, number]} domain @param {number} count
 */
export function metricTicks(metric, domain, count) {
  if (metric.kind === "duration") return durationTicks(domain, count);
  if (metric.kind === "clock" || metric.kind === "distance") return ticks(domain, count);
  const factor = 10 ** metric.decimals;
  return ticks(domain, count).filter((value) =>
    Math.abs(value * factor - Math.round(value * factor)) < 1e-6
  );
}
