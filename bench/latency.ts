/** What people wait for at a real latency: each case beside the sum of its waits, in one run. */
import { fileURLToPath } from "node:url";
import { addDays, utcDay } from "../lib/values/days.ts";
import { runTask, type Stage } from "./stage.ts";

/** How long Oura takes for an answer, roughly, whatever the answer holds. */
const LATENCY_MS = 300;

/** A case as it is written to the results. */
export interface LatencyResult {
  readonly what: string;
  readonly requests: number;
  readonly concurrent: number;
  readonly seconds: number;
  /** Requests times latency: what one request at a time would wait at least. */
  readonly sumOfWaits: number;
  /** `seconds` by `sumOfWaits`. */
  readonly ratio: number;
}

const daysAgo = (days: number) => addDays(utcDay(new Date()), -days);
const DAILY = "daily_readiness,daily_sleep,daily_spo2,daily_stress,daily_resilience";

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ["5 daily types of scores over 7 years", ["--types", DAILY, "--start-date", daysAgo(7 * 365)]],
  ["37 days of heart rate", ["--types", "heart_rate", "--start-date", daysAgo(37)]],
  ["a year of heart rate", ["--types", "heart_rate", "--start-date", daysAgo(365)]],
];

/** Runs the cases, one run each: what is measured is mostly waiting, which varies little. */
export async function benchLatency(stage: Stage): Promise<LatencyResult[]> {
  const latency = { kind: "latency", delayMs: LATENCY_MS, match: "usercollection" };
  await ask(stage, "faults", latency);
  const results: LatencyResult[] = [];
  for (const [what, args] of CASES) results.push(await measure(stage, what, args));
  await ask(stage, "faults/clear", {});
  await runTask(stage, "sync", []);
  await ask(stage, "faults", latency);
  results.push(await measure(stage, "all types with nothing new", []));
  await ask(stage, "faults/clear", {});
  return results;
}

async function measure(
  stage: Stage,
  what: string,
  args: readonly string[],
): Promise<LatencyResult> {
  await ask(stage, "stats/reset", {});
  const { seconds } = await runTask(stage, "sync", args);
  const response = await fetch(`${stage.ouraUrl}/_sim/stats`);
  const { byPath, concurrent } = await response.json() as {
    byPath: Record<string, number>;
    concurrent: number;
  };
  const requests = Object.entries(byPath)
    .reduce((sum, [path, count]) => path.includes("usercollection") ? sum + count : sum, 0);
  const sumOfWaits = requests * LATENCY_MS / 1_000;
  return { what, requests, concurrent, seconds, sumOfWaits, ratio: seconds / sumOfWaits };
}

/** Writes the results beside this file. */
export async function writeResults(results: readonly LatencyResult[]): Promise<void> {
  const file = fileURLToPath(new URL("results.json", import.meta.url));
  await Deno.writeTextFile(
    file,
    `${JSON.stringify({ latencyMs: LATENCY_MS, results }, null, 2)}\n`,
  );
}

async function ask(stage: Stage, route: string, body: unknown): Promise<void> {
  const response = await fetch(`${stage.ouraUrl}/_sim/${route}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  if (!response.ok) throw new Error(`${route}: ${await response.text()}`);
  await response.body?.cancel();
}
