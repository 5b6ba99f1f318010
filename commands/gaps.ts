import { Option } from "commander";
import { utcDay } from "../lib/values/days.ts";
import type { Gap } from "../reports/gaps/find_gaps.ts";
import type { GapCause } from "../reports/gaps/reasons.ts";
import { asTypedHere } from "./_cli/command_names.ts";
import { type CheckContext, defineCommand } from "./_cli/define_command.ts";
import { typesFlag, userIdFlag } from "./_cli/flags.ts";
import { textTable } from "./_cli/output.ts";
import type { KnownWearer } from "../reports/known_wearers.ts";

interface Options {
  types?: string;
  userId?: string;
  from?: string;
  to?: string;
  all?: boolean;
  json?: boolean;
}

/** `gaps`: which days are missing, and why. */
export default defineCommand({
  database: "read",
  options: [
    typesFlag(),
    userIdFlag("only this wearer (default: everyone)"),
    new Option("--from <day>", "the first day (default: the start of window.initial)"),
    new Option("--to <day>", "the last day, included (default: today in UTC)"),
    new Option("--all", "also list days that simply had no workout, tag or session"),
  ],
  json: "print one JSON document to standard output, with every span",
  async check({ options, pipeline }: CheckContext<Options>) {
    const { spanOption, typesOption } = await import("../pipelines/sync/plan/demand.ts");
    const types = typesOption(options.types, pipeline);
    const now = new Date();
    const today = utcDay(now);
    const span = spanOption(["--from", options.from], ["--to", options.to], now);
    return { types, today, from: span.from ?? null, to: span.to ?? today };
  },
  async run({ db, hasTables, pipeline, options, request, terminal, print }) {
    const { findGaps } = await import("../reports/gaps/find_gaps.ts");
    const { chooseKnown, knownWearers } = await import("../reports/known_wearers.ts");
    const { types, today, from, to } = request;
    const wearers = chooseKnown(hasTables ? await knownWearers(db) : [], options.userId);
    if (wearers.length === 0) {
      terminal.err(
        `No sync has run yet: run ${asTypedHere("auth login")}, then ${asTypedHere("sync")}.`,
      );
    }
    const found: Gap[] = [];
    for (const { userId, grant } of wearers) {
      const scopes = grant?.scopes ? new Set(grant.scopes) : null;
      found.push(
        ...await findGaps(db, {
          pipeline,
          userId,
          scopes,
          portal: grant?.portal ?? null,
          to,
          today,
          all: options.all ?? false,
          ...(types ? { types } : {}),
          ...(from ? { from } : {}),
        }),
      );
    }
    const nothing = "No gaps: no day is missing.";
    if (found.length > 0 || wearers.length > 0 || options.json) {
      print(
        { from, to, gaps: found },
        found.length > 0 ? screen(found, namesOf(wearers)) : nothing,
      );
    }
  },
});

const CAUSES: Readonly<Record<GapCause, string>> = {
  never_fetched: "never fetched",
  failed: "fetch failed",
  scope_missing: "scope missing",
  no_data_yet: "no data yet",
  no_data: "no data at Oura",
  rejected: "rejected",
};

/** Spans of one cause that are shown: there may be hundreds. */
const MOST_SPANS = 4;

function namesOf(wearers: readonly KnownWearer[]): Map<string, string> {
  return new Map(wearers.map(({ userId, label }) => [userId, label ?? userId]));
}

function screen(found: readonly Gap[], names: ReadonlyMap<string, string>): string {
  const tables: string[] = [];
  for (const [userId, gaps] of Map.groupBy(found, (gap) => gap.userId)) {
    const alike = Map.groupBy(
      gaps,
      ({ dataType, cause, code, message }) => JSON.stringify([dataType, cause, code, message]),
    );
    const rows = [...alike.values()].map((same) => {
      const { dataType, cause, code, message } = same[0]!;
      const days = same.reduce((sum, gap) => sum + gap.days, 0);
      const why = message === null ? "" : code === null ? message : `${message} [${code}]`;
      return [dataType, CAUSES[cause], days || "", spansText(same), why];
    });
    const head = ["data type", "why", "days", "which", ""];
    tables.push(`wearer ${names.get(userId)}\n${textTable(head, rows, ["left", "left", "right"])}`);
  }
  return tables.join("\n\n");
}

function spansText(gaps: readonly Gap[]): string {
  const newest = gaps.toReversed().slice(0, MOST_SPANS);
  const spans = newest.map(({ from, to }) => from === to ? from ?? "" : `${from} to ${to}`);
  const more = gaps.length - newest.length;
  return spans.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
