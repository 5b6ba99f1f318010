-- Quarantined documents, oldest first; a filter that is null lets everything pass.
-- $1 wearer, $2 data types, $3 ids, $4 whether closed ones are wanted too, $5 whether the documents
-- are.
SELECT id, user_id, data_type, document_key, path, column_name, value_type, reason, run_id, state,
  created_at, resolved_at, CASE WHEN $5::boolean THEN document::text END AS document
FROM oura.rejects
WHERE ($1::text IS NULL OR user_id = $1) AND ($2::text[] IS NULL OR data_type = ANY ($2))
  AND ($3::bigint[] IS NULL OR id = ANY ($3)) AND ($4::boolean OR state = 'open')
ORDER BY id
