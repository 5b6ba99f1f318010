/**
 * The arithmetic behind every figure of a report, in one place and without a database. Values are
 * in the order of their days; null is a day without a value. Nothing here rounds.
 */

/** A value of a day, or none. */
export type Maybe = number | null;

/** An interval with its ends. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The values without the missing ones. */
export function known(values: readonly Maybe[]): number[] {
  return values.filter((value) => value !== null);
}

/** The arithmetic mean; null of nothing. */
export function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample variance (n − 1); null of fewer than two values. */
export function variance(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values)!;
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/**
 * The quantile by linear interpolation between the nearest ranks (type 7, as in R and NumPy).
 * @param share From 0 to 1.
 */
export function quantile(values: readonly number[], share: number): number | null {
  return values.length === 0 ? null : sortedQuantile(inOrder(values), share);
}

/** Several quantiles; null for an empty list. */
export function quantiles(values: readonly number[], shares: readonly number[]): Maybe[] {
  const sorted = inOrder(values);
  return shares.map((share) => sorted.length === 0 ? null : sortedQuantile(sorted, share));
}

/** Sorts numbers. A typed array needs no comparison in JavaScript, which would take most of the time. */
function inOrder(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function sortedQuantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

/** The middle value; null of nothing. */
export function median(values: readonly number[]): number | null {
  return quantile(values, 0.5);
}

/** How many values a usual range needs: with fewer it says nothing. */
export const LEAST_FOR_USUAL = 10;
/** The ends of a usual range, which holds the middle 70 % of the days. */
const USUAL_FROM = 0.15;
const USUAL_TO = 0.85;

/** What is usual for a person: the middle 70 % of the values, and their median. */
export interface Usual extends Interval {
  readonly median: number;
  /** How many values it was made of. */
  readonly count: number;
}

/** The usual range of the values; null of fewer than {@linkcode LEAST_FOR_USUAL}. */
export function usualRange(values: readonly Maybe[]): Usual | null {
  return usualOf(inOrder(known(values)));
}

function usualOf(sorted: ArrayLike<number>): Usual | null {
  if (sorted.length < LEAST_FOR_USUAL) return null;
  return {
    low: sortedQuantile(sorted, USUAL_FROM),
    high: sortedQuantile(sorted, USUAL_TO),
    median: sortedQuantile(sorted, 0.5),
    count: sorted.length,
  };
}

/** For each day, the usual range of the `days` days before it; the day itself plays no part. */
export function rollingUsual(values: readonly Maybe[], days: number): (Usual | null)[] {
  // Kept in order while it moves on: sorting again for each day of ten years would be slow.
  const window: number[] = [];
  return values.map((value, i) => {
    const gone = values[i - days - 1] ?? null;
    if (gone !== null) window.splice(placeOf(window, gone), 1);
    const usual = usualOf(window);
    if (value !== null) window.splice(placeOf(window, value), 0, value);
    return usual;
  });
}

/** Where a value is, or belongs, in an ordered list. */
function placeOf(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * For each day, the mean of it and the days before it.
 * @param days How many in all.
 * @param least Null where fewer of them have a value.
 */
export function rollingMean(values: readonly Maybe[], days: number, least: number): Maybe[] {
  let sum = 0;
  let count = 0;
  return values.map((value, i) => {
    if (value !== null) {
      sum += value;
      count++;
    }
    const gone = values[i - days];
    if (gone !== undefined && gone !== null) {
      sum -= gone;
      count--;
    }
    return count >= least && value !== null ? sum / count : null;
  });
}

/**
 * The correlation of neighbours `lag` places apart, over the pairs in which both have a value;
 * null where there are fewer than three or nothing varies.
 */
export function autocorrelation(values: readonly Maybe[], lag: number): number | null {
  const all = known(values);
  const centre = mean(all);
  if (centre === null) return null;
  const total = all.reduce((sum, value) => sum + (value - centre) ** 2, 0) / all.length;
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i + lag < values.length; i++) {
    const [a, b] = [values[i]!, values[i + lag]!];
    if (a === null || b === null) continue;
    sum += (a - centre) * (b - centre);
    pairs++;
  }
  return pairs < 3 || total === 0 ? null : sum / pairs / total;
}

/** Neighbours further apart than this many days tell nothing more of a person's nights. */
const MOST_LAG = 60;

/**
 * How many independent pairs stand behind a correlation of two series whose neighbours resemble each
 * other: n / (1 + 2 Σ ρx(k) ρy(k)), summed until the product is no longer positive. Source: Bartlett
 * 1935, as used by Bayley and Hammersley 1946. At least 2 and at most n.
 */
export function effectiveCount(x: readonly Maybe[], y: readonly Maybe[]): number {
  const n = x.filter((value, i) => value !== null && y[i] !== null && y[i] !== undefined).length;
  let inflation = 1;
  for (let lag = 1; lag <= Math.min(MOST_LAG, n - 2); lag++) {
    const [a, b] = [autocorrelation(x, lag), autocorrelation(y, lag)];
    if (a === null || b === null || a * b <= 0) break;
    inflation += 2 * a * b * (1 - lag / n);
  }
  return Math.max(Math.min(n, 2), Math.min(n, n / inflation));
}

/** How two series go together. */
export interface Correlation {
  /** Pearson's r. */
  readonly r: number;
  /** Pairs of values. */
  readonly count: number;
  /** Independent pairs behind them; see {@linkcode effectiveCount}. */
  readonly effective: number;
  /** The 95 % interval of r by Fisher's transformation; null below four independent pairs. */
  readonly interval: Interval | null;
}

/**
 * Pearson's correlation of `x` with `y`, `lag` places later.
 * @returns Null of fewer than three pairs, or where one of the two does not vary.
 */
export function correlation(
  x: readonly Maybe[],
  y: readonly Maybe[],
  lag = 0,
): Correlation | null {
  const plain = pearson(x, y, lag);
  if (plain === null) return null;
  const { r, count } = plain;
  const shifted = x.map((_, i) => y[i + lag] ?? null);
  // Only what is paired counts: a day with one of the two tells nothing of how they go together.
  const paired = x.map((a, i) => shifted[i] === null ? null : a);
  const partner = shifted.map((b, i) => x[i] === null ? null : b);
  const effective = effectiveCount(paired, partner);
  return { r, count, effective, interval: fisherInterval(r, effective) };
}

/** Pearson's r alone, with the pairs behind it; null as for {@linkcode correlation}. */
export function pearson(
  x: readonly Maybe[],
  y: readonly Maybe[],
  lag = 0,
): { readonly r: number; readonly count: number } | null {
  const shifted = x.map((_, i) => y[i + lag] ?? null);
  const pairs = x.flatMap((a, i) => a === null || shifted[i] === null ? [] : [[a, shifted[i]!]]);
  if (pairs.length < 3) return null;
  const [mx, my] = [mean(pairs.map(([a]) => a!))!, mean(pairs.map(([, b]) => b!))!];
  let xx = 0, yy = 0, xy = 0;
  for (const [a, b] of pairs) {
    xx += (a! - mx) ** 2;
    yy += (b! - my) ** 2;
    xy += (a! - mx) * (b! - my);
  }
  if (xx === 0 || yy === 0) return null;
  return { r: Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))), count: pairs.length };
}

const NORMAL_95 = 1.959963984540054;

/** The 95 % interval of a correlation coefficient; null of four independent pairs or fewer. */
export function fisherInterval(r: number, n: number): Interval | null {
  if (n < 4 || Math.abs(r) >= 1) return null;
  const z = Math.atanh(r);
  const half = NORMAL_95 / Math.sqrt(Math.max(n - 3, 0.5));
  return { low: Math.tanh(z - half), high: Math.tanh(z + half) };
}

/** How far two groups of values are apart. */
export interface Difference {
  /** Mean of the first less mean of the second. */
  readonly difference: number;
  /** The 95 % interval of the difference (Welch). */
  readonly interval: Interval;
  readonly first: { readonly mean: number; readonly count: number };
  readonly second: { readonly mean: number; readonly count: number };
}

/** The difference of two means by Welch's method; null where a group has fewer than two values. */
export function difference(a: readonly number[], b: readonly number[]): Difference | null {
  const [va, vb] = [variance(a), variance(b)];
  if (va === null || vb === null) return null;
  const [ma, mb] = [mean(a)!, mean(b)!];
  const [ea, eb] = [va / a.length, vb / b.length];
  const error = Math.sqrt(ea + eb);
  const freedom = error === 0
    ? a.length + b.length - 2
    : (ea + eb) ** 2 / (ea ** 2 / (a.length - 1) + eb ** 2 / (b.length - 1));
  const half = studentQuantile95(freedom) * error;
  return {
    difference: ma - mb,
    interval: { low: ma - mb - half, high: ma - mb + half },
    first: { mean: ma, count: a.length },
    second: { mean: mb, count: b.length },
  };
}

/**
 * The two-sided 95 % quantile of Student's t. Exact for one and two degrees of freedom, else by the
 * Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5), within 1 % from three degrees on.
 */
export function studentQuantile95(freedom: number): number {
  if (freedom < 1.5) return 12.706204736432095;
  if (freedom < 2.5) return 4.302652729911275;
  const z = NORMAL_95;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), z);
}

/** The mean of times of day in hours, on the circle; null where they cancel out or there are none. */
export function meanClock(hours: readonly number[]): number | null {
  if (hours.length === 0) return null;
  const angles = hours.map((hour) => hour / 24 * 2 * Math.PI);
  const x = angles.reduce((sum, angle) => sum + Math.cos(angle), 0) / hours.length;
  const y = angles.reduce((sum, angle) => sum + Math.sin(angle), 0) / hours.length;
  if (Math.hypot(x, y) < 1e-9) return null;
  return (Math.atan2(y, x) / (2 * Math.PI) * 24 + 24) % 24;
}
