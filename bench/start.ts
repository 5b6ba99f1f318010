/** Start-up, beside an empty Deno process. */
import { measure, runTask } from "./program.ts";
import { type Result, resultOf } from "./results.ts";
import { openStage } from "./stage.ts";

const ROUNDS = 7;

/** `--help`, and a sync that has nothing to do, in turn with a process that does nothing. */
export async function benchStart(): Promise<Result[]> {
  await using stage = await openStage(30);
  await runTask(stage, "sync", []);
  const empty = await Deno.makeTempFile({ suffix: ".ts" });
  const times = { empty: [] as number[], help: [] as number[], idle: [] as number[] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      times.empty.push((await measure(["run", empty])).seconds);
      times.help.push((await measure(["run", "--quiet", "-P=none", "main.ts", "--help"])).seconds);
      times.idle.push((await runTask(stage, "sync", ["--types", "personal_info"])).seconds);
    }
  } finally {
    await Deno.remove(empty);
  }
  const reference = { what: "an empty Deno process", measured: times.empty };
  return [
    resultOf({
      what: "oura-sync --help",
      measured: times.help,
      unit: "s",
      reference,
      budget: { atMost: 4 },
    }),
    resultOf({
      what: "sync with nothing to do",
      measured: times.idle,
      unit: "s",
      reference,
      budget: { atMost: 25 },
    }),
  ];
}
