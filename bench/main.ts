/**
 * `deno task bench`: the budgets of the design, each measured beside its reference in the same run.
 * Prints a table; asserts nothing, because machines differ.
 */
import { migrate } from "../lib/db/migrate/migrate.ts";
import { addDays, utcDay } from "../lib/values/days.ts";
import { applyAdditive } from "../pipelines/schema/apply/apply.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import { benchLatency, writeResults } from "./latency.ts";
import { benchLoadStage } from "./load_stage.ts";
import { median, openStage, runTask, type Stage } from "./stage.ts";

const TODAY = utcDay(new Date());

async function benchAll(): Promise<void> {
  await using stage = await openStage(3_700);
  await migrate(stage.db);
  await applyAdditive(stage.db, shippedPipeline(), { holder: "bench" });
  print("what", "measured", "budget");

  const waits = await benchLatency(stage);
  for (const { what, seconds, requests, concurrent, ratio } of waits) {
    const measured = `${s(seconds)} (${ratio.toFixed(2)} × the waits)`;
    print(`${what}, at a real latency`, measured, `${requests} requests, ${concurrent} at once`);
  }
  await writeResults(waits);
  if (Deno.args.includes("latency")) return;

  const load = await benchLoadStage(stage);
  print("load, first", `${k(load.first)} rows/s`, `≥ \\copy in this run: ${k(load.copy)} rows/s`);
  print("load, unchanged", `${k(load.again)} rows/s`, "≥ 2 × first");

  const copySeconds = 450_000 / load.copy;
  const year = ["--types", "heart_rate", "--start-date", addDays(TODAY, -365), "--json"];
  const first = await runTask(stage, "sync", year);
  const rows = JSON.parse(first.out).counts.inserted;
  const limit = 3 * copySeconds * rows / 450_000;
  print(`sync, a year of heart rate (${k(rows)} rows)`, s(first.seconds), `≤ ${s(limit)}`);
  const again = await runTask(stage, "sync", year);
  print("the same again, unchanged", s(again.seconds), `≤ ${s(first.seconds / 2)}`);
  print("memory of that sync, 1 year", mb(first.peakMb), "≤ 150 MB");
  const decade = [...year.slice(0, 3), addDays(TODAY, -3_650), "--json"];
  const ten = await runTask(stage, "sync", decade);
  print("memory of that sync, 10 years", mb(ten.peakMb), "≤ 150 MB, as for 1 year");

  await benchColumn(stage);
  await benchStart(stage);
}

/** Fills a new column of every stored heart-rate row through `apply`. */
async function benchColumn(stage: Stage): Promise<void> {
  const { rows: [stored] } = await stage.db.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM oura.heart_rate",
  );
  const config = await Deno.makeTempFile({ suffix: ".yaml" });
  const shipped = await Deno.readTextFile(new URL("../config/oura.yaml", import.meta.url));
  await Deno.writeTextFile(config, shipped.replace("bpm: bpm", "bpm: bpm\n      bench_bpm: bpm"));
  const applied = await runTask(stage, "apply", ["--config", config]);
  await Deno.remove(config);
  const rate = stored!.count / applied.seconds;
  print(`apply, a column for ${k(stored!.count)} rows`, `${k(rate)} rows/s`, "≥ 50k rows/s");
}

async function benchStart(stage: Stage): Promise<void> {
  const help: number[] = [];
  const idle: number[] = [];
  const idleOne: number[] = [];
  await runTask(stage, "sync", []);
  for (let i = 0; i < 5; i++) {
    help.push((await runTask(stage, "sync", ["--help"])).seconds);
    idle.push((await runTask(stage, "sync", [])).seconds);
    idleOne.push((await runTask(stage, "sync", ["--types", "personal_info"])).seconds);
  }
  print("sync --help", ms(median(help)), "≤ 120 ms (oura-sync --help)");
  print("sync of all types with nothing new", ms(median(idle)), "≤ 400 ms");
  print("sync of one type with nothing new", ms(median(idleOne)), "≤ 400 ms");
}

function print(what: string, measured: string, budget: string): void {
  const line = `${what.padEnd(48)} ${measured.padStart(16)}   ${budget}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

const k = (count: number) => `${Math.round(count / 1000)}k`;
const s = (seconds: number) => `${seconds.toFixed(1)} s`;
const ms = (seconds: number) => `${Math.round(seconds * 1000)} ms`;
const mb = (megabytes: number) => `${Math.round(megabytes)} MB`;

await benchAll();
