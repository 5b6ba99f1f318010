/** A sync's report, for people and as JSON. */
import type { SyncReport, TypeOutcome } from "../../pipelines/sync/outcome.ts";
import { qualifyCommands } from "../_cli/command_names.ts";
import { errorFacts } from "../_cli/failure.ts";
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
    // The run's own error is shown once, after the report.
    ...reasonsText(report.types.filter(({ error }) => !error || error !== report.error)),
    ...newFieldsText(report.types),
    ...changedFieldsText(report.types),
    `wearer ${report.userId}: ${total}`,
  ].join("\n\n");
}

/** What a dry run found: how much would be fetched, and what would be skipped. */
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
    `wearer ${userId}: dry run, would fetch ${countText(windows)} windows`,
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
    [
      "Oura sent fields this version does not know. To store one, add its line under `columns`:",
      ...lines,
    ]
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
  return [["Oura sent fields that differ from the catalog:", ...lines].join("\n")];
}

function stateText({ state, stopped }: TypeOutcome): string {
  return stopped ? "stopped" : state;
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

function reasonOf(outcome: TypeOutcome): string | null {
  switch (outcome.state) {
    case "failed":
      return `${outcome.error.message} [${outcome.error.code}]`;
    case "busy":
      return `being synced by ${outcome.holder.holder}`;
    case "skipped":
      return qualifyCommands(outcome.reason);
    case "done":
      return null;
  }
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
    error: error && errorFacts(error),
    types: types.map(typeJson),
  };
}

function typeJson(outcome: TypeOutcome) {
  if (outcome.state === "failed") return { ...outcome, error: errorFacts(outcome.error) };
  if (outcome.state === "skipped") return { ...outcome, reason: reasonOf(outcome) };
  if (outcome.state !== "busy") return outcome;
  const { holder: { holder, since } } = outcome;
  return { ...outcome, holder, since: since.toISOString() };
}
