-- Keeps documents whose key another document of the same answer has: what a table cannot hold is
-- found in document_revisions, once. Returns how many were new.
-- $1 wearer, $2 data type, $3 run; per document: $4 key, $5 document as JSON text.
WITH added AS (
  INSERT INTO oura.document_revisions (user_id, data_type, document_key, document, run_id)
  SELECT DISTINCT $1, $2, t.key, t.document::jsonb, $3::bigint
  FROM unnest($4::text[], $5::text[]) AS t(key, document)
  WHERE NOT EXISTS (
    SELECT 1 FROM oura.document_revisions r
    WHERE r.user_id = $1 AND r.data_type = $2 AND r.document_key = t.key
      AND r.document = t.document::jsonb
  )
  RETURNING 1
)
SELECT count(*)::int AS added FROM added
