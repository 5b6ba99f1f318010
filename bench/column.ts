/** A new column for a million stored rows, through `apply`. */
import { runTask } from "./program.ts";
import { type Result, resultOf } from "./results.ts";
import { openStage, type Stage } from "./stage.ts";

const ROWS = 1_000_000;

/** Fills a column of every stored sample from its document. */
export async function benchColumn(): Promise<Result[]> {
  await using stage = await openStage(2);
  await fillSamples(stage, ROWS, 300);
  const config = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    const shipped = await Deno.readTextFile(new URL("../config/oura.yaml", import.meta.url));
    await Deno.writeTextFile(config, shipped.replace("bpm: bpm", "bpm: bpm\n      bench_bpm: bpm"));
    const { seconds } = await runTask(stage, "apply", ["--config", config]);
    const { rows: [filled] } = await stage.db.query<{ count: number }>(
      "SELECT count(bench_bpm)::int AS count FROM oura.heart_rate",
    );
    return [resultOf({
      what: `apply of a column on ${filled!.count} rows`,
      measured: [filled!.count / seconds],
      unit: "rows/s",
      budget: { atLeast: 50_000 },
    })];
  } finally {
    await Deno.remove(config);
  }
}

/** Stores samples up to now, so many seconds apart, as a sync would have. */
export async function fillSamples({ db, userId }: Stage, rows: number, seconds: number) {
  await db.query(
    `INSERT INTO oura.heart_rate (user_id, "timestamp", source, bpm, raw_data)
    SELECT $1, at, source, bpm, jsonb_build_object('timestamp', at, 'bpm', bpm, 'source', source)
    FROM generate_series(1, $2::int) AS n,
      LATERAL (SELECT now() - n * $3::int * interval '1 second' AS at,
        (50 + n % 60)::int AS bpm, 'awake' AS source) AS sample`,
    [userId, rows, seconds],
  );
  await db.exec("ANALYZE oura.heart_rate");
}
