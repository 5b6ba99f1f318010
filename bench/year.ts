/** Whole syncs of heart rate from an Oura that answers at once, beside `psql \copy` of the rows. */
import { addDays, utcDay } from "../lib/values/days.ts";
import { windowsToFetch } from "../pipelines/sync/plan/windows.ts";
import { RequestLimit } from "../lib/oura/http/request_limit.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import { measure, psqlSeconds, runTask } from "./program.ts";
import { type Result, resultOf } from "./results.ts";
import { analyze, openInstantOura, openStage, type Stage } from "./stage.ts";

const YEAR = 365;
const ROUNDS = 5;
/** The same of ten years, which take half a minute. */
const LONG_ROUNDS = 3;
const COLUMNS = `user_id, "timestamp", source, bpm, raw_data`;

/** A year: the first sync, the same again, `\copy`, and the least program, in turn. */
export async function benchYear(): Promise<Result[]> {
  await using stage = await openStage(YEAR + 2);
  await using oura = await openInstantOura(stage);
  await syncDays(stage, oura.url, YEAR);
  const seconds = {
    first: [] as number[],
    again: [] as number[],
    copy: [] as number[],
    least: [] as number[],
  };
  const peaks: number[] = [];
  let written = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await forgetAll(stage);
    const first = await syncDays(stage, oura.url, YEAR);
    await analyze(stage);
    const again = await syncDays(stage, oura.url, YEAR);
    seconds.first.push(first.seconds);
    seconds.again.push(again.seconds);
    seconds.copy.push(await copySeconds(stage));
    seconds.least.push(await leastSeconds(stage, oura.url, first.counts.inserted));
    peaks.push(first.peakMiB, again.peakMiB);
    written += again.counts.inserted + again.counts.updated;
  }
  const copy = { what: "psql \\copy of the same rows", measured: seconds.copy };
  const first = { what: "the first sync", measured: seconds.first };
  const least = "the least program that fetches, parses and copies the rows";
  return [
    resultOf({
      what: "sync of a year of heart rate",
      measured: seconds.first,
      unit: "s",
      reference: copy,
      budget: { atMost: 1.5 },
    }),
    resultOf({ what: least, measured: seconds.least, unit: "s", reference: copy, budget: {} }),
    resultOf({
      what: "the same sync beside it",
      measured: seconds.first,
      unit: "s",
      reference: { what: least, measured: seconds.least },
      budget: {},
    }),
    resultOf({
      what: "the same again, unchanged",
      measured: seconds.again,
      unit: "s",
      reference: first,
      budget: { atMost: 0.8 },
    }),
    resultOf({
      what: "rows written by that",
      measured: [written],
      unit: "rows",
      budget: { atMost: 0 },
    }),
    resultOf({
      what: "memory of these syncs",
      measured: [Math.max(...peaks)],
      unit: "MiB",
      budget: { atMost: 160 },
    }),
  ];
}

/** Ten years: memory, and the processor time of a row, which other programs do not slow down. */
export async function benchDecade(): Promise<Result[]> {
  await using stage = await openStage(10 * YEAR + 2);
  await using oura = await openInstantOura(stage);
  const lengths = { year: YEAR, decade: 10 * YEAR };
  // These runs fill the memory of the server that answers at once.
  for (const days of Object.values(lengths)) await syncDays(stage, oura.url, days);
  const measureDays = async (days: number) => {
    await forgetAll(stage);
    return await syncDays(stage, oura.url, days);
  };
  const runs = { year: [] as MeasuredSync[], decade: [] as MeasuredSync[] };
  for (let round = 0; round < LONG_ROUNDS; round++) {
    runs.year.push(await measureDays(lengths.year));
    runs.decade.push(await measureDays(lengths.decade));
  }
  const cost = ({ processorSeconds, counts }: MeasuredSync) =>
    processorSeconds * 1e6 / counts.inserted;
  const peak = ({ peakMiB }: MeasuredSync) => peakMiB;
  return [
    resultOf({
      what: "processor time of a row over 10 years",
      measured: runs.decade.map(cost),
      unit: "µs",
      reference: { what: "over a year", measured: runs.year.map(cost) },
      budget: { atMost: 1.1 },
    }),
    resultOf({
      what: "memory over 10 years, beside a year",
      measured: runs.decade.map(peak),
      unit: "MiB",
      reference: { what: "over a year", measured: runs.year.map(peak) },
      budget: { atMost: 1.1 },
    }),
    resultOf({
      what: "memory over 10 years",
      measured: [Math.max(...runs.decade.map(peak))],
      unit: "MiB",
      budget: { atMost: 160 },
    }),
  ];
}

type MeasuredSync = Awaited<ReturnType<typeof syncDays>>;

async function syncDays(stage: Stage, url: string, days: number) {
  const from = addDays(utcDay(new Date()), -days);
  const args = ["--types", "heart_rate", "--start-date", from, "--json"];
  const measured = await runTask(stage, "sync", args, { OURA_API_URL: url });
  const { counts } = JSON.parse(measured.out) as {
    counts: { inserted: number; updated: number };
  };
  return { ...measured, counts };
}

async function forgetAll({ db }: Stage): Promise<void> {
  await db.exec("TRUNCATE oura.heart_rate, oura.heart_rate_hours, oura.sync_windows");
  await db.exec("TRUNCATE oura.row_accounts, oura.document_revisions");
}

/** Seconds of `least_sync.ts`, which asks for the pages that a first sync asks for. */
async function leastSeconds(stage: Stage, url: string, expected: number): Promise<number> {
  const type = shippedPipeline().types.find(({ name }) => name === "heart_rate")!;
  const today = utcDay(new Date());
  const demand = { kind: "since", from: addDays(today, -YEAR) } as const;
  const nothing = { read: [], readToday: [], settled: [], failed: [], empty: [] };
  const windows = windowsToFetch(type, demand, nothing, today, new RequestLimit().most);
  const shares = windows.map(({ from, to, bounds }, i) => ({
    bounds,
    // The oldest and the newest window also take the samples outside their days.
    from: i === windows.length - 1 ? "" : from,
    before: i === 0 ? "9" : addDays(to, 1),
  }));
  await stage.db.exec("DROP TABLE IF EXISTS oura.bench_copy");
  await stage.db.exec("CREATE TABLE oura.bench_copy (LIKE oura.heart_rate INCLUDING ALL)");
  try {
    const options = { oura: url, database: stage.databaseUrl, token: stage.token };
    const given = { ...options, user: stage.userId, windows: JSON.stringify(shares) };
    const args = Object.entries(given).map(([name, value]) => `--${name}=${value}`);
    const { seconds, out } = await measure(["run", "--allow-all", "bench/least_sync.ts", ...args]);
    const { rows } = JSON.parse(out) as { rows: number };
    if (rows !== expected) throw new Error(`${rows} rows were copied, and a sync has ${expected}`);
    return seconds;
  } finally {
    await stage.db.exec("DROP TABLE oura.bench_copy");
  }
}

async function copySeconds(stage: Stage): Promise<number> {
  const file = await Deno.makeTempFile({ suffix: ".tsv" });
  try {
    await psqlSeconds(stage, [`\\copy (SELECT ${COLUMNS} FROM oura.heart_rate) TO '${file}'`]);
    return await psqlSeconds(stage, [
      "DROP TABLE IF EXISTS oura.bench_copy",
      "CREATE TABLE oura.bench_copy (LIKE oura.heart_rate INCLUDING ALL)",
      `\\copy oura.bench_copy (${COLUMNS}) FROM '${file}'`,
    ]);
  } finally {
    await Deno.remove(file);
    await stage.db.exec("DROP TABLE IF EXISTS oura.bench_copy");
  }
}
