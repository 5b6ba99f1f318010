-- $1 wearer, $2 rejects, $3 state: resolved or discarded.
UPDATE oura.rejects SET state = $3, resolved_at = now()
WHERE user_id = $1 AND id = ANY ($2::bigint[]) AND state = 'open'
