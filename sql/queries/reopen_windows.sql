-- Windows whose rows are gone count as failed, so that they are read again. $1 ids, $2 code,
-- $3 message, $4 wearer.
UPDATE oura.sync_windows SET state = 'failed', error_code = $2, error_message = $3
WHERE user_id = $4 AND id = ANY ($1::bigint[]) AND state = 'done'
