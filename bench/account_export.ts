/** `import` of an account export of six years. */
import { exportZip } from "../simulator/export/export.ts";
import { World } from "../simulator/world/world.ts";
import { benchLoadStage } from "./load_stage.ts";
import { runTask } from "./program.ts";
import { type Result, resultOf } from "./results.ts";
import { openStage } from "./stage.ts";

const DAYS = 6 * 365;

/** One run is too few: either side varies by a fifth. */
const ROUNDS = 3;

/** Rows a second beside those of the load stage alone, and memory. */
export async function benchImport(): Promise<Result[]> {
  const world = new World({ days: DAYS, users: 1 });
  const [wearer] = world.wearers;
  const path = await Deno.makeTempFile({ suffix: ".zip" });
  try {
    await Deno.writeFile(path, await exportZip(world, { user: wearer!.id, era: "bare" }));
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound(path, wearer!.id));
    return [
      resultOf({
        what: `import of 6 years, ${rounds[0]!.inserted} rows`,
        measured: rounds.map(({ inserted, seconds }) => inserted / seconds),
        unit: "rows/s",
        reference: {
          what: "the load stage alone, same rows",
          measured: rounds.map(({ inserted, loadSeconds }) => inserted / loadSeconds),
        },
        budget: { atLeast: 1 },
      }),
      resultOf({
        what: "memory of that import",
        measured: rounds.map(({ peakMiB }) => peakMiB),
        unit: "MiB",
        budget: { atMost: 200 },
      }),
    ];
  } finally {
    await Deno.remove(path);
  }
}

interface Round {
  readonly inserted: number;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly loadSeconds: number;
}

/** Both on a server of their own, so that each begins with empty tables. */
async function measureRound(path: string, userId: string): Promise<Round> {
  await using stage = await openStage(2);
  const loadSeconds = await benchLoadStage(stage, path);
  const args = [path, "--user-id", userId, "--json"];
  const { seconds, peakMiB, out } = await runTask(stage, "import", args);
  const { types } = JSON.parse(out) as { types: readonly { inserted: number }[] };
  const inserted = types.reduce((sum, type) => sum + type.inserted, 0);
  return { inserted, seconds, peakMiB, loadSeconds };
}
