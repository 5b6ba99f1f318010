-- Whether a sync that may not know a new column is at work, or was. $1 data type, $2 since when; a
-- sync takes its leases a moment after it has looked at the columns.
SELECT
  clock_timestamp()::text AS now,
  EXISTS (SELECT 1 FROM oura.sync_leases
    WHERE data_type = $1 AND expires_at > clock_timestamp() AND acquired_at < $2::timestamptz + interval '1 minute')
    AS at_work,
  -- A killed sync leaves its lease behind.
  EXISTS (SELECT 1 FROM oura.sync_leases WHERE data_type = $1 AND expires_at >= $2::timestamptz)
    OR EXISTS (SELECT 1 FROM oura.sync_run_types
      WHERE data_type = $1 AND finished_at >= $2::timestamptz) AS was_at_work
