import { Option } from "commander";
import { addDays, daysBetween, type DaySpan } from "../lib/values/days.ts";
import { messageOf, UsageError } from "../lib/errors.ts";
import type { Period } from "../reports/views/period.ts";
import { type CheckContext, defineCommand } from "./_cli/define_command.ts";
import { userIdFlag } from "./_cli/flags.ts";
import { jsonText } from "./_cli/output.ts";
import { command } from "../lib/program_command.ts";

type Format = "html" | "md" | "json";

interface Options {
  from?: string;
  to?: string;
  out?: string;
  format: Format;
  locale?: string;
  userId?: string;
}

const DEFAULT_DAYS = 90;
const MOST_DAYS = 4_000;

/** `report`: a period as one file to print or send. */
export default defineCommand({
  database: "read",
  options: [
    new Option("--from <day>", `the first day (default: ${DEFAULT_DAYS} days in all)`),
    new Option("--to <day>", "the last day, included (default: today)"),
    new Option("--out <file>", "the file to write; - is standard output (default for md and json)"),
    new Option("--format <format>", "the format of the file").choices(["html", "md", "json"])
      .default("html"),
    new Option("--locale <tag>", "the language tag for numbers and dates, such as en-GB"),
    userIdFlag("the wearer (default: the first one)"),
  ],
  async check({ options }: CheckContext<Options>) {
    const { spanOption } = await import("../pipelines/sync/plan/demand.ts");
    if (options.locale !== undefined) checkLocale(options.locale);
    const now = new Date();
    return { now, asked: spanOption(["--from", options.from], ["--to", options.to], now) };
  },
  async run({ db, pipeline, options, request, terminal }) {
    const { period } = await import("../reports/views/period.ts");
    const { openSource, tablesOf } = await import("../reports/metrics/source.ts");
    const { shownWearer } = await import("./shown_wearer.ts");
    const { format, locale } = options;
    const userId = await shownWearer(db, options.userId);
    if (userId === undefined) {
      throw new UsageError("NOTHING_TO_REPORT", "no sync has run yet", {
        hint: `Run ${command("auth login")}, then ${command("sync")}.`,
      });
    }
    const source = await openSource(db, await tablesOf(db, pipeline), userId, request.now);
    const model = await period(source, spanOf(request.asked, source.today));
    const text = await render(model, format, locale);
    const out = options.out ?? (format === "html" ? nameOf(model) : "-");
    if (out === "-") return terminal.out(text.trimEnd());
    await write(out, text);
    terminal.out(out);
  },
});

function spanOf(asked: { from?: string; to?: string }, today: string): DaySpan {
  const to = asked.to ?? today;
  const from = asked.from ?? addDays(to, 1 - DEFAULT_DAYS);
  if (daysBetween(from, to) < MOST_DAYS) return { from, to };
  throw new UsageError("SPAN_TOO_LONG", `a report covers at most ${MOST_DAYS} days`, {
    hint: "Choose a later --from.",
  });
}

async function render(model: Period, format: Format, locale: string | undefined): Promise<string> {
  if (format === "json") return jsonText(model);
  if (format === "md") {
    const { reportMarkdown } = await import("../server/report/markdown.ts");
    return reportMarkdown(model, locale);
  }
  const { reportPage } = await import("../server/report/page.ts");
  return reportPage(model, locale);
}

function nameOf({ span }: Period): string {
  return `oura-report-${span.from}-to-${span.to}.html`;
}

function checkLocale(locale: string): void {
  try {
    Intl.getCanonicalLocales(locale);
  } catch (error) {
    throw new UsageError("BAD_LOCALE", `--locale ${locale} is not a language tag`, {
      hint: "Write one such as en-GB, de or sv-SE.",
      cause: error,
    });
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    // Health data: readable by its owner only.
    await Deno.writeTextFile(file, text, { mode: 0o600 });
  } catch (error) {
    throw new UsageError("REPORT_UNWRITABLE", `cannot write ${file}: ${messageOf(error)}`, {
      hint: "Name another file with --out.",
      cause: error,
    });
  }
}
