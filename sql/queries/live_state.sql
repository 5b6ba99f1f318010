-- Everything `plan` compares oura.yaml with, in one round trip: $1 is the schema's name.
-- Tables, columns, indexes and views as the catalog knows them, which tables the user has partitioned,
-- and what `apply` has made.
SELECT
  (SELECT coalesce(json_agg(json_build_object(
      'table', c.relname, 'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))), '[]')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND a.attnum > 0
      AND NOT a.attisdropped) AS columns,
  (SELECT coalesce(json_agg(json_build_object(
      'table', t.relname, 'name', c.relname, 'valid', i.indisvalid)), '[]')
    FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_class t ON t.oid = i.indrelid
    WHERE c.relnamespace = n.oid) AS indexes,
  (SELECT coalesce(json_agg(c.relname), '[]') FROM pg_class c
    WHERE c.relnamespace = n.oid AND c.relkind = 'v') AS views,
  (SELECT coalesce(json_agg(c.relname), '[]') FROM pg_class c
    WHERE c.relnamespace = n.oid AND c.relkind = 'p') AS partitioned,
  (SELECT coalesce(json_agg(json_build_object(
      'kind', kind, 'table', table_name, 'name', name, 'definition', definition,
      'declared', declared, 'refill', refill)), '[]')
    FROM oura.declared_objects) AS objects
FROM pg_namespace n WHERE n.nspname = $1
