-- The account of each data type of wearer $1, and the table it has now: $2 data types, $3 their
-- tables, $4 the schema's name. `relation` changes when the table is dropped, restored or truncated,
-- and is null where there is none. `policed` says that row-level security may hide rows from this role.
SELECT t.data_type, a.rows, a.relation AS known_relation,
  coalesce(a.counted_at > now() - interval '20 hours', false) AS recent,
  c.oid || ':' || coalesce(pg_relation_filenode(c.oid), 0) AS relation,
  coalesce(row_security_active(c.oid), false) AS policed
FROM unnest($2::text[], $3::text[]) AS t(data_type, table_name)
LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace)
  ON n.nspname = $4 AND c.relname = t.table_name AND c.relkind IN ('r', 'p')
LEFT JOIN oura.row_accounts a ON a.user_id = $1 AND a.data_type = t.data_type
