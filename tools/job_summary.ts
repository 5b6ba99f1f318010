/**
 * A sync's JSON report as Markdown, for the summary of a GitHub Actions job:
 * `deno run --allow-read tools/job_summary.ts report.json EXIT_CODE`.
 */
import process from "node:process";
import { z } from "zod";

const failure = z.looseObject({ code: z.string(), message: z.string() });
const counts = z.looseObject({
  inserted: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  rejected: z.number(),
  deleted: z.number(),
});
const report = z.looseObject({
  durationMs: z.number(),
  requests: z.number(),
  counts,
  error: failure.nullable(),
  types: z.array(z.looseObject({
    dataType: z.string(),
    state: z.string(),
    counts,
    error: failure.optional(),
    reason: z.string().optional(),
  })),
});

/** What stands in place of a report where the run failed before it began. */
const failed = z.strictObject({ error: failure, exitCode: z.number() });

type Report = z.output<typeof report>;

const MEANINGS: Readonly<Record<string, string>> = {
  0: "done",
  1: "a bug in the program",
  2: "usage or configuration",
  3: "sign in again",
  4: "done in part",
  5: "database",
  6: "Oura unreachable, or rate-limited beyond patience",
  75: "another process is syncing",
};

function summary(text: string, exitCode: string): string {
  const head = `### Sync: ${MEANINGS[exitCode] ?? "ended"} (exit code ${exitCode})\n`;
  // A run that was killed has printed nothing.
  if (text.trim() === "") return `${head}\nNo report was made. The log says why.\n`;
  const document: unknown = JSON.parse(text);
  const { data: early } = failed.safeParse(document);
  if (early) return `${head}\n${cell(early.error.message)}\n`;
  return head + tables(report.parse(document));
}

function tables({ types, counts, requests, durationMs, error }: Report): string {
  const rows = types.map(({ dataType, state, counts, error, reason }) =>
    row([dataType, error?.message ?? reason ?? state, ...numbers(counts)])
  );
  return [
    "",
    ...(error ? [cell(error.message), ""] : []),
    row(["data type", "", "inserted", "updated", "unchanged", "rejected", "deleted"]),
    row(["---", "---", "--:", "--:", "--:", "--:", "--:"]),
    ...rows,
    row(["**all**", "", ...numbers(counts)]),
    "",
    `${requests} requests in ${Math.round(durationMs / 1000)} s`,
    "",
  ].join("\n");
}

function numbers(each: z.output<typeof counts>): string[] {
  return [each.inserted, each.updated, each.unchanged, each.rejected, each.deleted].map(String);
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** One line in which nothing is markup of a table. */
function cell(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|");
}

const [file, exitCode] = Deno.args;
if (file === undefined || exitCode === undefined) {
  process.stderr.write("usage: job_summary.ts REPORT EXIT_CODE\n");
  Deno.exit(2);
}
process.stdout.write(summary(await Deno.readTextFile(file), exitCode));
