-- The tables of schema $1, whether each has the column $2, and their size. Partitions count as their
-- table.
SELECT c.relname::text AS table, EXISTS (
    SELECT 1 FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attname = $2 AND NOT a.attisdropped
  ) AS has_wearer,
  (SELECT coalesce(sum(pg_relation_size(t.relid)), 0)::bigint
    FROM pg_partition_tree(c.oid) AS t) + pg_relation_size(c.oid) AS bytes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY c.relname COLLATE "C"
