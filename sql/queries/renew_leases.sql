-- Moves the expiry of leases still held by $3; returns their data types.
-- $1 wearer, $2 data types, $3 holder, $4 seconds until they expire.
UPDATE oura.sync_leases SET expires_at = clock_timestamp() + make_interval(secs => $4::int)
WHERE user_id = $1 AND data_type = ANY ($2::text[]) AND holder = $3
RETURNING data_type
