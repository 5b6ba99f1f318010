import type { Database } from "../../lib/db/driver/database.ts";

/** The section of heart rate before a column is declared. */
export const BARE = "heart_rate: {}";
/** And with it. */
export const WITH_BPM = "heart_rate:\n  columns: { bpm: bpm }";

/** Synthetic heart rate samples, made by the database: many, in no time. */
export async function storeSamples(db: Database, count: number, firstMinute = 0): Promise<void> {
  await db.query(
    `INSERT INTO oura.heart_rate (user_id, "timestamp", source, raw_data)
      SELECT 'wearer-1', at, 'awake', jsonb_build_object(
        'timestamp', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS+00:00'),
        'timestamp_unix', (extract(epoch FROM at) * 1000)::bigint,
        'source', 'awake', 'bpm', 50 + n % 60)
      FROM (SELECT n, timestamptz '2026-01-01 00:00Z' + n * interval '1 minute' AS at
        FROM generate_series($1::int, $1::int + $2::int - 1) n) samples`,
    [firstMinute, count],
  );
}

/** How many samples hold the value of their document, and how many do not. */
export async function countFilled(
  db: Database,
): Promise<{ filled: number; missing: number }> {
  const { rows } = await db.query<{ filled: number; missing: number }>(
    `SELECT count(*) FILTER (WHERE bpm = (raw_data->>'bpm')::int) AS filled,
      count(*) FILTER (WHERE bpm IS DISTINCT FROM (raw_data->>'bpm')::int) AS missing
    FROM oura.heart_rate`,
  );
  return rows[0]!;
}
