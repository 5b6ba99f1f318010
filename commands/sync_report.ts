/** A sync's report, for people and as JSON. */
import { InterruptedError } from "../pipelines/errors.ts";
import type { SyncReport, TypeOutcome } from "../pipelines/outcome.ts";
import { countText, durationText, textTable } from "./output.ts";

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
  return [table, ...newFieldsText(report.types), `wearer ${report.userId}: ${total}`].join("\n\n");
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

function stateText(type: TypeOutcome): string {
  if (type.error instanceof InterruptedError) return "stopped";
  if (type.state === "failed") return `failed: ${type.error!.message}`;
  if (type.state === "skipped") return `left out: ${type.reason}`;
  if (type.state === "busy") return `busy: ${type.holder?.holder ?? "another process"}`;
  return "done";
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
