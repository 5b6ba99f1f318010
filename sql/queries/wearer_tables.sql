-- The tables of schema $1 that have a column user_id, the partitions in place of a partitioned table.
SELECT DISTINCT ln.nspname AS schema, leaf.relname AS name
FROM pg_class AS root
JOIN pg_namespace AS rn ON rn.oid = root.relnamespace AND rn.nspname = $1
JOIN pg_attribute AS a ON a.attrelid = root.oid AND a.attname = 'user_id'
  AND NOT a.attisdropped
JOIN pg_class AS leaf ON leaf.relkind = 'r' AND (leaf.oid = root.oid OR (
  root.relkind = 'p' AND leaf.oid IN (SELECT relid FROM pg_partition_tree(root.oid) WHERE isleaf)
))
JOIN pg_namespace AS ln ON ln.oid = leaf.relnamespace
WHERE root.relkind IN ('r', 'p')
ORDER BY 1, 2
