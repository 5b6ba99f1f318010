-- $1 run, $2 wearer, $3 data type, $4 state, $5 started at, $6 inserted, $7 updated, $8 unchanged,
-- $9 rejected, $10 deleted, $11 HTTP status, $12 error code, $13 error message, $14 requests,
-- $15 bytes. A run that was deleted because its wearer was forgotten gets none.
INSERT INTO oura.sync_run_types
  (run_id, user_id, data_type, state, started_at, finished_at, rows_inserted, rows_updated,
   rows_unchanged, rows_rejected, rows_deleted, http_status, error_code, error_message, requests,
   bytes)
SELECT r.id, r.user_id, $3, $4, $5::timestamptz, clock_timestamp(), $6::bigint, $7::bigint, $8::bigint,
  $9::bigint, $10::bigint, $11::int, $12, $13, $14::bigint, $15::bigint
FROM oura.sync_runs AS r WHERE r.user_id = $2 AND r.id = $1
ON CONFLICT (run_id, user_id, data_type) DO UPDATE SET
  state = excluded.state, finished_at = excluded.finished_at,
  rows_inserted = excluded.rows_inserted, rows_updated = excluded.rows_updated,
  rows_unchanged = excluded.rows_unchanged, rows_rejected = excluded.rows_rejected,
  rows_deleted = excluded.rows_deleted, http_status = excluded.http_status,
  error_code = excluded.error_code, error_message = excluded.error_message,
  requests = excluded.requests, bytes = excluded.bytes
