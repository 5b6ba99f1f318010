-- The account of each data type of wearer $1, among $2.
SELECT data_type, rows, relation AS known_relation,
  counted_at > now() - interval '20 hours' AS recent
FROM oura.row_accounts
WHERE user_id = $1 AND data_type = ANY ($2::text[])
