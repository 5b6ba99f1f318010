-- $1 run, $2 state, $3 exit code, $4 requests, $5 bytes, $6 inserted, $7 updated, $8 unchanged,
-- $9 rejected, $10 deleted, $11 error code, $12 error message, $13 trace ids as a JSON array,
-- $14 wearer.
UPDATE oura.sync_runs SET
  finished_at = now(), state = $2, exit_code = $3, requests = $4, bytes = $5,
  rows_inserted = $6, rows_updated = $7, rows_unchanged = $8, rows_rejected = $9,
  rows_deleted = $10, error_code = $11, error_message = $12, trace_ids = $13::text::jsonb
WHERE user_id = $14 AND id = $1
