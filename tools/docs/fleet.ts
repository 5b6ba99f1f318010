/** The tables of docs/scaling.md, from the results of `bench/fleet.ts`. */
import RESULTS from "../../bench/fleet_results.json" with { type: "json" };
import type { Block } from "./blocks.ts";

/** Requests that Oura allows an app in a day: 5,000 in each 5 minutes. */
const DAILY_LIMIT = 5_000 * 24 * 12;

interface Waits {
  readonly due: number;
  readonly done: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** The generated blocks of the page, by name. */
export const FLEET_BLOCKS: Readonly<Record<string, Block>> = {
  "fleet-costs": costTable,
  "fleet-cases": caseTable,
  "fleet-backfills": backfillTable,
  "fleet-at-once": atOnceTable,
};

function costTable(): string {
  const { costs, documentsPerDay } = RESULTS;
  return table(["one wearer", "measured"], [
    ["first sync, 90 days of all types", `${costs.firstSync} requests`],
    ["first sync, 365 days of all types", `${costs.firstYear} requests`],
    ["sync of all types", `${costs.sync} requests`],
    ["first sync of a day, which reads late data again", `${costs.firstOfDay} requests`],
    ["sync of the types without webhooks", `${costs.polledSync} requests`],
    ["documents that webhooks announce in a day (assumed)", `${documentsPerDay} requests`],
    ["storage of a year, with raw documents", megabytes(costs.yearBytes)],
    ["storage of a year, `keep_raw: false`", megabytes(costs.yearBytesWithoutRaw)],
    ...Object.entries(costs.tables).slice(0, 2).map(([name, bytes]) => [
      `of which \`${name}\``,
      megabytes(bytes),
    ]),
  ]);
}

function caseTable(): string {
  const head = ["wearers", "rhythm", "requests a day", "of the limit", "documents", "syncs"];
  return table(
    head,
    RESULTS.cases.map(({ wearers, rhythm, needed, document, sync }) => [
      count(wearers),
      rhythm,
      count(needed),
      percent(needed / DAILY_LIMIT),
      waitsText(document),
      waitsText(sync),
    ]),
  );
}

function backfillTable(): string {
  return table(
    ["wearers", "requests", "first backfill of the fleet", "documents meanwhile"],
    RESULTS.backfills.map(({ wearers, requests, seconds, document }) => [
      count(wearers),
      count(requests),
      duration(seconds),
      waitsText(document),
    ]),
  );
}

function atOnceTable(): string {
  return table(
    ["wearers due at once", "requests", "median wait", "longest wait", "longest ÷ median"],
    RESULTS.atOnce.map(({ wearers, requests, sync: { p50, max } }) => [
      count(wearers),
      count(requests),
      duration(p50),
      duration(max),
      (max / p50).toFixed(2),
    ]),
  );
}

/** Waits as median, 95th percentile and maximum. A fleet that falls behind has no such figures. */
function waitsText({ due, done, p50, p95, max }: Waits): string {
  if (due === 0) return "none";
  const waits = [p50, p95, max].map(duration).join(" / ");
  return done / due > 0.99 ? waits : `falls behind: ${percent(done / due)} done`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${(seconds / 86_400).toFixed(1)} days`;
}

function percent(share: number): string {
  return `${count(Math.floor(100 * share))} %`;
}

function megabytes(bytes: number): string {
  return `${count(bytes / 1_000_000)} MB`;
}

function count(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}
