/** The load stage against `psql \copy` of the same rows into the same kind of table. */
import { createLoader } from "../pipelines/stages/load.ts";
import { createTransform, type Row } from "../pipelines/stages/transform.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import { median, psqlSeconds, type Stage } from "./stage.ts";

const ROWS = 450_000;
const BATCH = 5_000;
const ROUNDS = 3;

/** Rows a second, ours and the reference's, and the re-load. */
export interface LoadResult {
  copy: number;
  first: number;
  again: number;
}

/** Measures in turn, so that a machine that slows down slows both down. */
export async function benchLoadStage(stage: Stage): Promise<LoadResult> {
  const type = shippedPipeline().types.find(({ name }) => name === "heart_rate")!;
  const transform = createTransform(type);
  const load = createLoader(transform.table);
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const outcome = transform(sample(i));
    if (!("row" in outcome)) throw new Error(outcome.reject.reason);
    return outcome.row;
  });
  const loadAll = () => inTwo(stage, load, rows);
  const times = { copy: [] as number[], first: [] as number[], again: [] as number[] };
  const file = await Deno.makeTempFile({ suffix: ".tsv" });
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await stage.db.exec("TRUNCATE oura.heart_rate");
      times.first.push(await seconds(loadAll));
      times.again.push(await seconds(loadAll));
      const columns = `user_id, "timestamp", source, bpm, raw_data`;
      await psqlSeconds(stage, [`\\copy (SELECT ${columns} FROM oura.heart_rate) TO '${file}'`]);
      times.copy.push(
        await psqlSeconds(stage, [
          "DROP TABLE IF EXISTS oura.bench_copy",
          "CREATE TABLE oura.bench_copy (LIKE oura.heart_rate INCLUDING ALL)",
          `\\copy oura.bench_copy (${columns}) FROM '${file}'`,
        ]),
      );
    }
  } finally {
    await Deno.remove(file);
    await stage.db.exec("DROP TABLE IF EXISTS oura.bench_copy; TRUNCATE oura.heart_rate");
  }
  const rate = (seconds: readonly number[]) => Math.round(ROWS / median(seconds));
  return { copy: rate(times.copy), first: rate(times.first), again: rate(times.again) };
}

function sample(i: number): Record<string, unknown> {
  const unix = Date.UTC(2025, 0, 1) + i * 70_000;
  return {
    timestamp: new Date(unix).toISOString(),
    timestamp_unix: unix,
    bpm: 50 + i % 60,
    source: i % 9 === 0 ? "workout" : "awake",
  };
}

/** Two connections, as a sync has several windows in flight. */
async function inTwo(stage: Stage, load: ReturnType<typeof createLoader>, rows: readonly Row[]) {
  const half = Math.ceil(rows.length / 2);
  const target = { userId: "bench", runId: null };
  await Promise.all([rows.slice(0, half), rows.slice(half)].map(async (part) => {
    for (let i = 0; i < part.length; i += BATCH) {
      await stage.db.transaction((tx) => load(tx, target, part.slice(i, i + BATCH)));
    }
  }));
}

async function seconds(body: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await body();
  return (performance.now() - started) / 1000;
}
