/** Where a time series has no samples: data may still arrive there. */
import type { PipelineType } from "../../../config/model.ts";
import { type DaySpan, mergeSpans } from "../../../lib/values/days.ts";
import type { Queryable } from "../../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";

/**
 * The UTC days of `span` that a stretch of 18 hours without samples touches. Looked for every six
 * hours, so that a day of the wearer without samples is found in every time zone.
 */
export async function emptyStretches(
  db: Queryable,
  userId: string,
  type: PipelineType,
  span: DaySpan,
): Promise<DaySpan[]> {
  // NOT EXISTS becomes a join, which without statistics compares every start with every sample.
  const { rows } = await db.query<{ from_day: string; to_day: string }>(
    `SELECT (s.start)::date AS from_day, (s.start + interval '18 hours')::date AS to_day
      FROM generate_series(
        $2::date::timestamp, $3::date::timestamp + interval '6 hours', interval '6 hours'
      ) AS s(start)
      WHERE (
        SELECT t."timestamp" FROM oura.${q(type.table)} t
        WHERE t.user_id = $1 AND t.deleted_at IS NULL
          AND t."timestamp" >= s.start AT TIME ZONE 'UTC'
          AND t."timestamp" < (s.start + interval '18 hours') AT TIME ZONE 'UTC'
        ORDER BY t."timestamp" LIMIT 1
      ) IS NULL
      ORDER BY s.start`,
    [userId, span.from, span.to],
  );
  return mergeSpans(rows.map(({ from_day, to_day }) => ({ from: from_day, to: to_day })));
}
