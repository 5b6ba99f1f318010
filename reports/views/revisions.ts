/** What Oura changed of a document since it was first seen. */
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { read, type Source } from "../metrics/source.ts";

/** What Oura changed since the document was first seen. */
export interface Revision {
  readonly replacedAt: string;
  readonly field: string;
  readonly before: string | number | null;
  readonly after: string | number | null;
}

/** Fields of the document whose change a reader would want to know. */
const REVISED = [
  "type",
  "bedtime_start",
  "bedtime_end",
  "total_sleep_duration",
  "deep_sleep_duration",
  "rem_sleep_duration",
  "average_hrv",
  "lowest_heart_rate",
  "score",
  "steps",
  "temperature_deviation",
];

/** What of a document changed since it was first seen, the newest change first. */
export async function revisionsOf(
  source: Source,
  dataType: string,
  key: string,
): Promise<Revision[]> {
  const type = source.types.get(dataType);
  if (!type?.keepRaw) return [];
  const columns = REVISED.map((field, i) =>
    `d.document -> '${field}' AS b${i}, t.raw_data -> '${field}' AS a${i}`
  );
  const rows = await read<Record<string, unknown>>(
    source,
    `SELECT d.replaced_at, ${columns.join(", ")} FROM oura.document_revisions d
    JOIN oura.${q(dataType)} t ON t.user_id = d.user_id AND t.id = d.document_key
    WHERE d.user_id = $1 AND d.data_type = $2 AND d.document_key = $3
    ORDER BY d.replaced_at LIMIT 1`,
    dataType,
    key,
  );
  return rows.flatMap((row) =>
    REVISED.flatMap((field, i) => {
      const [before, after] = [plain(row[`b${i}`]), plain(row[`a${i}`])];
      const replacedAt = (row.replaced_at as Date).toISOString();
      return before === after ? [] : [{ replacedAt, field, before, after }];
    })
  );
}

function plain(value: unknown): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}
