import { type Command, Option } from "commander";
import { addDays, daysBetween } from "../lib/values/days.ts";
import { EXIT, messageOf, UsageError } from "../lib/errors.ts";
import { type Period, period } from "../reports/period.ts";
import { openSource, tablesOf } from "../reports/source.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withReadOnlyDatabase,
} from "./_cli/context.ts";
import type { Io } from "./_cli/terminal.ts";
import { action } from "./_cli/action.ts";
import { jsonText } from "./_cli/output.ts";
import { userIdFlag } from "./_cli/flags.ts";
import { shownWearer } from "./shown_wearer.ts";
import { spanOption } from "./sync/options.ts";

type Format = "html" | "md" | "json";

interface Options extends CommonOptions {
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
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .option("--from <day>", `the first day (default: ${DEFAULT_DAYS} days up to the last one)`)
    .option("--to <day>", "the last day, included (default: today)")
    .option("--out <file>", "the file to write; - is standard output (default for md and json)")
    .addOption(
      new Option("--format <format>", "what kind of file").choices(["html", "md", "json"])
        .default("html"),
    )
    .option("--locale <tag>", "how numbers and dates are written, such as en-GB")
    .addOption(userIdFlag("of this wearer (default: the first one)"))
    .action(action<Options>(io, (options) => report(options, io)));
}

async function report(options: Options, io: Io): Promise<number> {
  const { format, locale } = options;
  if (locale !== undefined) checkLocale(locale);
  const settings = await prepare(options, io);
  const pipeline = await readPipeline(options);
  const now = new Date();
  const asked = spanOption(["--from", options.from], ["--to", options.to], now);
  const model = await withReadOnlyDatabase(settings, pipeline.schema, async (db) => {
    const userId = await shownWearer(db, options.userId);
    if (userId === undefined) {
      throw new UsageError("NOTHING_TO_REPORT", "no wearer has synced yet", {
        hint: "Run `auth login`, then `sync`.",
      });
    }
    const source = await openSource(db, await tablesOf(db, pipeline), userId, now);
    const to = asked.to ?? source.today;
    const from = asked.from ?? addDays(to, 1 - DEFAULT_DAYS);
    if (daysBetween(from, to) >= MOST_DAYS) {
      throw new UsageError("SPAN_TOO_LONG", `a report holds at most ${MOST_DAYS} days`, {
        hint: "Choose a later --from.",
      });
    }
    return await period(source, { from, to });
  });
  const text = await render(model, format, locale);
  const out = options.out ?? (format === "html" ? nameOf(model) : "-");
  if (out === "-") io.out(text.trimEnd());
  else {
    await write(out, text);
    io.out(out);
  }
  return EXIT.done;
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
