/**
 * Draws the results of the latest `deno task bench`:
 * `deno run --allow-read tools/docs/bench_picture.ts > docs/images/performance.svg`
 */
import { readResults } from "../../bench/results.ts";
import { benchChart } from "./bench_chart.ts";

await Deno.stdout.write(new TextEncoder().encode(benchChart(await readResults())));
