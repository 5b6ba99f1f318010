-- Windows whose rows are gone count as failed, so that they are read again. $1 ids, $2 code,
-- $3 message.
UPDATE oura.sync_windows SET state = 'failed', error_code = $2, error_message = $3
WHERE id = ANY ($1::bigint[]) AND state = 'done'
