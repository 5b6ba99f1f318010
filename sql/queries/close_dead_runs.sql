-- $1 wearer, $2 runs, $3 error code, $4 error message.
UPDATE oura.sync_runs
SET state = 'failed', finished_at = now(), error_code = $3, error_message = $4
WHERE user_id = $1 AND id = ANY ($2::bigint[]) AND state = 'running'
