/** A sync's report, for people and as JSON. */
import type { SyncReport, TypeOutcome } from "../../pipelines/sync/outcome.ts";
import { qualifyCommands } from "../_cli/command_names.ts";
import { countText, durationText, textTable } from "../_cli/output.ts";

/** The report as a table with a line of totals. */
export function reportText(report: SyncReport): string {
  const rows = report.types.map((type) => [type.dataType, stateText(type), ...counted(type)]);
  const head = ["data type", "", "inserted", "updated", "unchanged", "rejected", "deleted"];
  const table = textTable(head, rows, [
    "left",
    "left",
    "right",
    "right",
    "right",
    "right",
    "right",
  ]);
  const { counts, traffic, durationMs } = report;
  const total = `${countText(counts.inserted)} inserted, ${countText(counts.updated)} updated, ` +
    `${countText(counts.unchanged)} unchanged, ${countText(counts.rejected)} rejected; ` +
    `${countText(traffic.requests)} requests in ${durationText(durationMs)}`;
  return [
    table,
    // The run's own error is told once, after the report.
    ...reasonsText(report.types.filter(({ error }) => !error || error !== report.error)),
    ...newFieldsText(report.types),
    ...changedFieldsText(report.types),
    `wearer ${report.userId}: ${total}`,
  ].join("\n\n");
}

/** What a dry run found: how much would be fetched, and what would be left out. */
export function rehearsalText({ types, userId }: SyncReport): string {
  const rows = types.map((type) => [
    type.dataType,
    countText(type.windows.total),
    type.state === "done" ? "" : stateText(type),
  ]);
  const windows = types.reduce((sum, type) => sum + type.windows.total, 0);
  return [
    textTable(["data type", "windows", ""], rows, ["left", "right", "left"]),
    ...reasonsText(types),
    `wearer ${userId}: ${countText(windows)} windows would be fetched; nothing was`,
  ].join("\n\n");
}

/** Fields the catalog does not know, each with the line of `oura.yaml` that would take it. */
function newFieldsText(types: readonly TypeOutcome[]): string[] {
  const fields = types.flatMap(({ newFields = [] }) => newFields);
  if (fields.length === 0) return [];
  const lines = fields.flatMap(({ dataType, path, shape, count, yaml }) => [
    `  ${dataType}.${path}: ${shape}, ${countText(count)} times`,
    ...(yaml === null ? [] : [`    ${yaml}`]),
  ]);
  return [
    ["Oura sends fields that the catalog does not know. To have one as a column:", ...lines]
      .join("\n"),
  ];
}

/** Fields that do not look as the catalog says; their documents are loaded where the columns fit. */
function changedFieldsText(types: readonly TypeOutcome[]): string[] {
  const fields = types.flatMap(({ changedFields = [] }) => changedFields);
  if (fields.length === 0) return [];
  const lines = fields.map(({ dataType, path, expected, found, count }) =>
    `  ${dataType}.${path}: ${found} instead of ${expected}, ${countText(count)} times`
  );
  return [["Oura sends fields otherwise than the catalog describes them:", ...lines].join("\n")];
}

function stateText({ state, stopped }: TypeOutcome): string {
  if (stopped) return "stopped";
  return state === "skipped" ? "left out" : state;
}

/** Why data types are not done, each reason once: in the table they would push the numbers away. */
function reasonsText(types: readonly TypeOutcome[]): string[] {
  const reasons = Map.groupBy(types.filter((type) => reasonOf(type) !== null), reasonOf);
  if (reasons.size === 0) return [];
  const lines = [...reasons].map(([reason, those]) =>
    `${those.map(({ dataType }) => dataType).join(", ")}: ${reason}`
  );
  return [lines.join("\n")];
}

function reasonOf({ state, error, reason, holder }: TypeOutcome): string | null {
  if (error !== undefined) return `${error.message} [${error.code}]`;
  if (state === "busy") return `${holder?.holder ?? "another process"} is at it`;
  return reason === undefined ? null : qualifyCommands(reason);
}

function counted({ counts }: TypeOutcome): string[] {
  return [counts.inserted, counts.updated, counts.unchanged, counts.rejected, counts.deleted]
    .map(countText);
}

/** The report as plain data. */
export function reportJson(report: SyncReport) {
  const { error, types, traffic, ...rest } = report;
  return {
    ...rest,
    requests: traffic.requests,
    bytes: traffic.bytes,
    traceIds: traffic.traceIds,
    error: error && { code: error.code, message: error.message, hint: error.hint },
    types: types.map(({ error, holder, ...type }) => ({
      ...type,
      ...(error ? { error: { code: error.code, message: error.message, hint: error.hint } } : {}),
      ...(holder ? { holder: holder.holder, since: holder.since.toISOString() } : {}),
    })),
  };
}
