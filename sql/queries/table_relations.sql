-- What stands behind each table of $1 in schema $2. `relation` changes when the table is dropped,
-- restored or truncated; a table that does not exist has no row. `policed` says that row-level
-- security may hide rows from this role. Apart from row_accounts.sql: a distributed table is not
-- joined with the catalog.
SELECT c.relname::text AS table_name,
  c.oid || ':' || coalesce(pg_relation_filenode(c.oid), 0) AS relation,
  row_security_active(c.oid) AS policed
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $2 AND c.relname = ANY ($1::text[]) AND c.relkind IN ('r', 'p')
