/** What people wait for at a real latency: each case beside the sum of its waits. */
import { addDays, utcDay } from "../lib/values/days.ts";
import { runTask } from "./program.ts";
import { type Result, resultOf } from "./results.ts";
import { analyze, openStage, post, type Stage } from "./stage.ts";

/** How long Oura takes for an answer, roughly, whatever the answer holds. */
const LATENCY_MS = 300;
const ROUNDS = 3;
const SUM = "the sum of its waits";

const daysAgo = (days: number) => addDays(utcDay(new Date()), -days);
const DAILY = "daily_readiness,daily_sleep,daily_spo2,daily_stress,daily_resilience";

/** A sync at that latency. */
interface Waited {
  readonly seconds: number;
  readonly requests: number;
}

/** Runs the cases. Long ones run once: they are mostly waiting, which varies little. */
export async function benchLatency(): Promise<Result[]> {
  await using stage = await openStage(7 * 365 + 2);
  const sevenYears = ["--types", DAILY, "--start-date", daysAgo(7 * 365)];
  return [
    await heartRate(stage, "a year of heart rate at 300 ms", 365, 0.12),
    await heartRate(stage, "37 days of heart rate at 300 ms", 37, 0.3),
    await inARow(stage, "5 daily types over 7 years at 300 ms", sevenYears, 12),
    await inARow(stage, "19 types with nothing new at 300 ms", [], 3),
  ];
}

async function heartRate(
  stage: Stage,
  what: string,
  days: number,
  atMost: number,
): Promise<Result> {
  const args = ["--types", "heart_rate", "--start-date", daysAgo(days)];
  const { seconds, requests } = await waited(stage, args);
  return resultOf({
    what: `${what}, ${requests} requests`,
    measured: [seconds],
    unit: "s",
    reference: { what: SUM, measured: [requests * LATENCY_MS / 1_000] },
    budget: { atMost },
  });
}

/**
 * How many waits come one after another: the time with latency less the time without, in turn. What
 * both have in common is start-up and loading.
 */
async function inARow(
  stage: Stage,
  what: string,
  args: readonly string[],
  atMost: number,
): Promise<Result> {
  await runTask(stage, "sync", args);
  await analyze(stage);
  const seconds: number[] = [];
  let requests = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { seconds: without } = await runTask(stage, "sync", args);
    const withLatency = await waited(stage, args);
    seconds.push(withLatency.seconds - without);
    requests = withLatency.requests;
  }
  return resultOf({
    what: `${what}, ${requests} requests, waits in a row`,
    measured: seconds,
    unit: "s",
    reference: { what: "one wait", measured: seconds.map(() => LATENCY_MS / 1_000) },
    budget: { atMost },
  });
}

async function waited(stage: Stage, args: readonly string[]): Promise<Waited> {
  const latency = { kind: "latency", delayMs: LATENCY_MS, match: "usercollection" };
  await post(`${stage.ouraUrl}/_sim/faults`, latency);
  await post(`${stage.ouraUrl}/_sim/stats/reset`, {});
  const { seconds } = await runTask(stage, "sync", args);
  const response = await fetch(`${stage.ouraUrl}/_sim/stats`);
  const { byPath } = await response.json() as { byPath: Record<string, number> };
  await post(`${stage.ouraUrl}/_sim/faults/clear`, {});
  const requests = Object.entries(byPath)
    .reduce((sum, [path, count]) => path.includes("usercollection") ? sum + count : sum, 0);
  return { seconds, requests };
}
