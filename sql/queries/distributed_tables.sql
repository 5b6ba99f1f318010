-- What Citus knows of the tables of schema $1. A table that Citus made local to itself counts as
-- local.
SELECT c.relname::text AS table, p.partmethod::text AS method, p.colocationid AS group,
  CASE WHEN p.partkey IS NOT NULL
    THEN column_to_column_name(p.logicalrelid, p.partkey) END AS column
FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND NOT (p.partmethod = 'n' AND p.repmodel <> 't')
