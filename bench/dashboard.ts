/** The dashboard over ten years of data. */
import { addDays, utcDay } from "../lib/values/days.ts";
import { fillHeartRateHours } from "../pipelines/rollup/heart_rate_hours.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import { fillSamples } from "./column.ts";
import { ROOT, runTask, surroundingsOf, taskArgs } from "./program.ts";
import { median, type Result, resultOf } from "./results.ts";
import { openStage, type Stage } from "./stage.ts";

const DAYS = 3_650;
const ROUNDS = 5;
const TODAY = utcDay(new Date());
const SPAN = `from=${addDays(TODAY, -DAYS)}&to=${TODAY}`;
const TYPES = "daily_sleep,daily_readiness,daily_activity,daily_stress,sleep,workout,enhanced_tag";
const INSTANTS = `from=${addDays(TODAY, -DAYS)}T00:00:00Z&to=${TODAY}T00:00:00Z`;

/** Queries that a page of ten years sends. */
const QUERIES = [
  `trends?${SPAN}`,
  `heart?${INSTANTS}`,
  `activity?${SPAN}&step=month`,
  `body?${SPAN}&step=month`,
  `year?${SPAN}`,
  `tags?${SPAN}`,
];

/** The slowest query of ten years, and the first page from the start of the program. */
export async function benchDashboard(): Promise<Result[]> {
  await using stage = await openStage(DAYS + 2);
  await fillSamples(stage, DAYS * 288, 300);
  const heart = shippedPipeline().types.find(({ name }) => name === "heart_rate")!;
  await fillHeartRateHours(stage.db, heart, stage.userId);
  await syncDailies(stage);
  await stage.db.exec("ANALYZE");

  const first: number[] = [];
  const times = new Map<string, number[]>(QUERIES.map((query) => [query, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await using page = await startPage(stage);
    for (const path of ["", "api/overview", "api/today"]) await get(`${page.url}${path}`);
    first.push((performance.now() - began) / 1_000);
    for (const [query, seconds] of times) seconds.push(await get(`${page.url}api/${query}`));
  }
  const [slowest, seconds] = [...times].toSorted(([, a], [, b]) => median(b) - median(a))[0]!;
  return [
    resultOf({
      what: `the slowest query of 10 years (${slowest.split("?")[0]})`,
      measured: seconds,
      unit: "s",
      budget: { atMost: 0.2 },
    }),
    resultOf({
      what: "the first page, from the start of the program",
      measured: first,
      unit: "s",
      budget: { atMost: 1 },
    }),
  ];
}

/** Without the value a minute of daily_activity, which no page of ten years reads. */
async function syncDailies(stage: Stage): Promise<void> {
  const shipped = await Deno.readTextFile(new URL("../config/oura.yaml", import.meta.url));
  const config = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(config, shipped.replace(/^ +series:.*\n +activity_met: met.*\n/m, ""));
    const span = ["--types", TYPES, "--start-date", addDays(TODAY, -DAYS)];
    await runTask(stage, "sync", [...span, "--config", config]);
  } finally {
    await Deno.remove(config);
  }
}

async function get(url: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (performance.now() - began) / 1_000;
}

async function startPage(stage: Stage): Promise<AsyncDisposable & { url: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...await taskArgs("dashboard"), "--no-open", "--port", "0"],
    cwd: ROOT,
    env: surroundingsOf(stage),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const end = async () => {
    child.kill("SIGTERM");
    await child.status;
  };
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  void child.stderr.cancel();
  for await (const text of lines.values({ preventCancel: true })) {
    const url = /http:\/\/[\w.:]+\//.exec(text)?.[0];
    if (url) return { url, [Symbol.asyncDispose]: end };
  }
  throw new Error("the dashboard ended before it served the page");
}
