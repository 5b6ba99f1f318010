-- Quarantines documents, each once while it is open, and never again once it was discarded.
-- $1 wearer, $2 data type, $3 run; per document: $4 key, $5 path, $6 column, $7 expected type,
-- $8 reason, $9 document as JSON text.
INSERT INTO oura.rejects
  (user_id, data_type, run_id, document_key, path, column_name, value_type, reason, document,
   document_hash)
SELECT $1, $2, $3::bigint, e.key, e.path, e.column_name, e.expected, e.reason, e.document::json,
  md5(e.document)
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
  AS e(key, path, column_name, expected, reason, document)
WHERE NOT EXISTS (
  SELECT 1 FROM oura.rejects d
  WHERE d.user_id = $1 AND d.data_type = $2 AND d.state = 'discarded'
    AND d.document_hash = md5(e.document)
)
ON CONFLICT (user_id, data_type, document_hash) WHERE state = 'open' DO NOTHING
