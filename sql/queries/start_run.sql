-- $1 wearer, $2 command, $3 started at, $4 version, $5 configuration checksum, $6 holder, $7 whether
-- the wearer's sign-in is stored. No row for a wearer who is being forgotten, or whose sign-in is gone.
INSERT INTO oura.sync_runs (user_id, command, started_at, version, config_checksum, holder)
SELECT $1::text, $2, $3::timestamptz, $4, $5, $6
WHERE NOT EXISTS (
    SELECT 1 FROM oura.sync_leases AS l
    WHERE l.user_id = $1 AND l.data_type = 'forget' AND l.holder <> $6
      AND l.expires_at > clock_timestamp()
  ) AND (NOT $7::boolean OR EXISTS (SELECT 1 FROM oura.oauth_tokens AS t WHERE t.user_id = $1))
RETURNING id
