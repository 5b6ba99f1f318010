import { documentsIn, type RowCounts } from "../../../lib/db/store/runs.ts";
import { OuraSyncError } from "../../../lib/errors.ts";
import { type Span, telemetry } from "../../../lib/log/telemetry.ts";
import type { TypeStages } from "./type_stages.ts";
import { type SyncContext, syncWindow } from "./window.ts";
import type { Window } from "../plan/windows.ts";

/** {@linkcode syncWindow} as a span of its type, with its documents counted. */
export async function tracedWindow(
  parent: Span,
  context: SyncContext,
  stages: TypeStages,
  window: Window,
  counts: RowCounts,
): Promise<void> {
  const type = { "oura_sync.data_type": stages.type.name };
  const span = parent.child("window", {
    ...type,
    "oura_sync.from": window.from,
    "oura_sync.to": window.to,
  });
  try {
    await span.within(() => syncWindow(context, stages, window, counts));
    span.end({ "oura_sync.documents": documentsIn(counts) });
  } catch (error) {
    span.end({}, error instanceof OuraSyncError ? error.code : "BUG");
    throw error;
  } finally {
    for (const [outcome, documents] of Object.entries(counts)) {
      telemetry().count("documents", documents, { ...type, "oura_sync.outcome": outcome });
    }
  }
}
