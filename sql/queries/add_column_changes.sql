-- Records changes that apply makes. $1 checksum of oura.yaml, $2 state, $3 descriptions, $4 SQL.
INSERT INTO oura.column_changes (config_checksum, state, finished_at, description, sql)
SELECT $1, $2::text, CASE WHEN $2::text = 'running' THEN NULL ELSE clock_timestamp() END,
  c.description, c.sql
FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS c(description, sql, place)
ORDER BY c.place
RETURNING id
