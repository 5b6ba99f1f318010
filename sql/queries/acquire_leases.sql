-- Takes the leases that are free, expired, or ours already; returns their data types.
-- $1 wearer, $2 data types, $3 holder, $4 seconds until they expire.
INSERT INTO oura.sync_leases AS l (user_id, data_type, holder, acquired_at, expires_at)
SELECT $1, data_type, $3, clock_timestamp(), clock_timestamp() + make_interval(secs => $4::int)
FROM unnest($2::text[]) AS data_type
ORDER BY data_type
ON CONFLICT (user_id, data_type) DO UPDATE SET
  holder = excluded.holder, expires_at = excluded.expires_at,
  acquired_at = CASE WHEN l.holder = excluded.holder THEN l.acquired_at ELSE excluded.acquired_at END
WHERE l.expires_at <= excluded.acquired_at OR l.holder = excluded.holder
RETURNING data_type
