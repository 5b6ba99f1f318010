-- Writes what was counted. $1 wearer, $2 data types, $3 rows of each, $4 the table of each, $5 whether
-- the wearer's sign-in is stored. Writes nothing for a wearer who is being forgotten, or whose sign-in
-- is gone.
INSERT INTO oura.row_accounts AS a (user_id, data_type, rows, relation, counted_at)
SELECT $1, t.data_type, t.rows, t.relation, now()
FROM unnest($2::text[], $3::bigint[], $4::text[]) AS t(data_type, rows, relation)
WHERE NOT EXISTS (
    SELECT 1 FROM oura.sync_leases AS l
    WHERE l.user_id = $1 AND l.data_type = 'forget' AND l.expires_at > clock_timestamp()
  ) AND (NOT $5::boolean OR EXISTS (SELECT 1 FROM oura.oauth_tokens AS g WHERE g.user_id = $1))
ORDER BY t.data_type
ON CONFLICT (user_id, data_type) DO UPDATE SET
  rows = excluded.rows, relation = excluded.relation, counted_at = excluded.counted_at
