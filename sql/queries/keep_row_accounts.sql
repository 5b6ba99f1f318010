-- Writes what was counted. $1 wearer, $2 data types, $3 rows of each, $4 the table of each.
INSERT INTO oura.row_accounts AS a (user_id, data_type, rows, relation, counted_at)
SELECT $1, t.data_type, t.rows, t.relation, now()
FROM unnest($2::text[], $3::bigint[], $4::text[]) AS t(data_type, rows, relation)
ORDER BY t.data_type
ON CONFLICT (user_id, data_type) DO UPDATE SET
  rows = excluded.rows, relation = excluded.relation, counted_at = excluded.counted_at
