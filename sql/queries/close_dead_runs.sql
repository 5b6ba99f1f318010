-- $1 runs, $2 error code, $3 error message.
UPDATE oura.sync_runs
SET state = 'failed', finished_at = clock_timestamp(), error_code = $2, error_message = $3
WHERE id = ANY ($1::bigint[]) AND state = 'running'
