/** Keeps the roll-ups in step with documents that come one by one, outside any window. */
import type { PipelineType } from "../../config/model.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import { mergeSpans } from "../../lib/values/days.ts";
import { refreshHeartRateHours, ROLLED_UP } from "./heart_rate_hours.ts";
import { refreshSeriesOf } from "./series_documents.ts";

/**
 * Makes the roll-ups match some documents that were loaded or deleted. Call it in the transaction of
 * that change.
 * @param keys Their keys, as the transform makes them: that of a sample begins with its instant.
 */
export async function refreshRollUpsOf(
  tx: Queryable,
  type: PipelineType,
  userId: string,
  keys: readonly string[],
): Promise<void> {
  if (type.name !== ROLLED_UP) return await refreshSeriesOf(tx, type, userId, keys);
  const days = keys.map((key) => key.slice(0, 10));
  for (const span of mergeSpans(days.map((day) => ({ from: day, to: day })))) {
    await refreshHeartRateHours(tx, type, userId, span);
  }
}
