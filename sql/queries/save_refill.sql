-- Remembers how far a refill has come. $1 table, $2 kinds, $3 names, $4 the state, null when filled.
UPDATE oura.declared_objects AS o SET refill = $4::text::jsonb
FROM unnest($2::text[], $3::text[]) AS n(kind, name)
WHERE o.table_name = $1 AND o.kind = n.kind AND o.name = n.name AND o.refill IS NOT NULL
