-- Moves the expiry of leases still held by $3; returns their data types.
-- A transaction of its own, so that now() is the time of the statement.
-- $1 wearer, $2 data types, $3 holder, $4 seconds until they expire.
UPDATE oura.sync_leases SET expires_at = now() + make_interval(secs => $4::int)
WHERE user_id = $1 AND data_type = ANY ($2::text[]) AND holder = $3
RETURNING data_type
