-- $1 rejects, $2 state: resolved or discarded.
UPDATE oura.rejects SET state = $2, resolved_at = now() WHERE id = ANY ($1::bigint[]) AND state = 'open'
