/** The load stage alone: rows that are ready, into their table. */
import { createLoader } from "../pipelines/stages/load.ts";
import { createTransform, type Row } from "../pipelines/stages/transform.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import type { Stage } from "./stage.ts";

const ROWS = 450_000;
const BATCH = 5_000;

/** Rows a second of a first load. */
export async function benchLoadStage(stage: Stage): Promise<number> {
  const type = shippedPipeline().types.find(({ name }) => name === "heart_rate")!;
  const transform = createTransform(type);
  const load = createLoader(transform.table);
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const outcome = transform(sample(i));
    if (!("row" in outcome)) throw new Error(outcome.reject.reason);
    return outcome.row;
  });
  const began = performance.now();
  await inTwo(stage, load, rows);
  const seconds = (performance.now() - began) / 1_000;
  await stage.db.exec("TRUNCATE oura.heart_rate");
  return ROWS / seconds;
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
