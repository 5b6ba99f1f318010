-- Remembers what `apply` made. $1 objects as a JSON array; `due`: stored documents are to be read for
-- it.
INSERT INTO oura.declared_objects (kind, table_name, name, definition, refill)
SELECT kind, "table", name, definition,
  CASE WHEN due THEN jsonb_build_object('since', now(), 'after', NULL) END
FROM jsonb_to_recordset($1::text::jsonb)
  AS o(kind text, "table" text, name text, definition jsonb, due boolean)
ON CONFLICT (table_name, kind, name) DO UPDATE SET
  definition = excluded.definition, declared = true, refill = excluded.refill
