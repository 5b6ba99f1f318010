import assert from "node:assert/strict";
import {
  autocorrelation,
  correlation,
  difference,
  effectiveCount,
  fisherInterval,
  mean,
  meanClock,
  median,
  quantile,
  rollingMean,
  rollingUsual,
  studentQuantile95,
  usualRange,
  variance,
} from "../../reports/metrics/statistics.ts";

const near = (actual: number | null | undefined, expected: number, within = 1e-6) => {
  assert.ok(
    actual !== null && actual !== undefined && Math.abs(actual - expected) <= within,
    `${actual} is not ${expected}`,
  );
};

Deno.test("mean, variance and quantiles are those of the textbook", () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  assert.equal(mean(values), 5);
  near(variance(values), 32 / 7);
  assert.equal(median(values), 4.5);
  // Type 7: position (8 − 1) × 0.25 = 1.75, between 4 and 4.
  assert.equal(quantile(values, 0.25), 4);
  // Position 7 × 0.9 = 6.3, between 7 and 9.
  near(quantile(values, 0.9), 7.6);
  assert.equal(median([]), null);
  assert.equal(variance([1]), null);
});

Deno.test("the usual range is the middle 70 %, and needs ten values", () => {
  const hundred = Array.from({ length: 101 }, (_, i) => i);
  assert.deepEqual(usualRange(hundred), { low: 15, high: 85, median: 50, count: 101 });
  assert.equal(usualRange([1, 2, 3, 4, 5, 6, 7, 8, 9]), null);
  assert.equal(usualRange([...Array(9).fill(1), null, null]), null);
});

Deno.test("a rolling usual range knows only the days before", () => {
  const values = [...Array.from({ length: 20 }, () => 10), 99, 10];
  const usual = rollingUsual(values, 20);
  assert.equal(usual[20]!.high, 10);
  assert.equal(usual[9], null);
  assert.equal(usual[10]!.count, 10);
});

Deno.test("a rolling mean skips missing days and stops at a gap", () => {
  assert.deepEqual(rollingMean([1, 3, null, 5, 9], 3, 2), [null, 2, null, 4, 7]);
});

Deno.test("autocorrelation of an alternating series is negative at one and positive at two", () => {
  const values = Array.from({ length: 40 }, (_, i) => i % 2);
  near(autocorrelation(values, 1), -1);
  near(autocorrelation(values, 2), 1);
  assert.equal(autocorrelation([3, 3, 3, 3], 1), null);
});

Deno.test("neighbours that resemble each other count for fewer nights", () => {
  const steps = Array.from({ length: 120 }, (_, i) => Math.floor(i / 30));
  const effective = effectiveCount(steps, steps);
  assert.ok(effective < 12, `${effective}`);
  const noiseOf = (seed: number) => {
    let state = seed;
    return Array.from({ length: 120 }, () => state = state * 48_271 % 2_147_483_647);
  };
  const [noise, other] = [noiseOf(1), noiseOf(77)];
  assert.ok(effectiveCount(noise, other) > 80, `${effectiveCount(noise, other)}`);
});

Deno.test("correlation is Pearson's, over pairs that are there, and can look ahead", () => {
  // x̄ = 3, ȳ = 4; Sxy = 6, Sxx = 10, Syy = 6: r = 6 / √60.
  near(correlation([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])?.r, 6 / Math.sqrt(60));
  assert.equal(correlation([1, null, 3, 4], [1, 2, null, 4]), null);
  near(correlation([1, 2, 3, 4, 0], [0, 1, 2, 3, 4], 1)?.r, 1);
  assert.equal(correlation([1, 1, 1, 1], [1, 2, 3, 4]), null);
});

Deno.test("the interval of a correlation is Fisher's", () => {
  // atanh(0.5) = 0.549306, half = 1.959964 / √25.
  const interval = fisherInterval(0.5, 28)!;
  near(interval.low, Math.tanh(0.5493061443 - 0.3919927969));
  near(interval.high, Math.tanh(0.5493061443 + 0.3919927969));
  assert.equal(fisherInterval(0.9, 3), null);
});

Deno.test("a difference of means has Welch's interval", () => {
  // Means 3 and 7, variances 2.5 and 10, n 5: error √2.5, freedom (2.5)² / (0.0625 + 1) = 5.88.
  const result = difference([1, 2, 3, 4, 5], [3, 5, 7, 9, 11])!;
  assert.equal(result.difference, -4);
  assert.deepEqual(result.first, { mean: 3, count: 5 });
  near(result.interval.low, -4 - 2.4589 * Math.sqrt(2.5), 0.01);
  near(result.interval.high, -4 + 2.4589 * Math.sqrt(2.5), 0.01);
  assert.equal(difference([1], [1, 2, 3]), null);
});

Deno.test("Student's quantile is that of the tables", () => {
  for (
    const [freedom, table] of [[1, 12.706], [2, 4.303], [5, 2.571], [10, 2.228], [30, 2.042], [
      200,
      1.972,
    ]] as const
  ) near(studentQuantile95(freedom), table, table * 0.01);
});

Deno.test("the mean of clock times goes around midnight", () => {
  near(meanClock([23, 1]), 0);
  near(meanClock([22, 23, 0]), 23);
  assert.equal(meanClock([0, 12]), null);
});
