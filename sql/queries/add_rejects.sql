-- Quarantines documents, each once while it is open.
-- $1 wearer, $2 data type, $3 run; per document: $4 key, $5 path, $6 column, $7 expected type,
-- $8 reason, $9 document as JSON text.
INSERT INTO oura.rejects
  (user_id, data_type, run_id, document_key, path, column_name, value_type, reason, document,
   document_hash)
SELECT $1, $2, $3::bigint, e.key, e.path, e.column_name, e.expected, e.reason, e.document::json,
  md5(e.document)
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
  AS e(key, path, column_name, expected, reason, document)
ON CONFLICT (user_id, data_type, document_hash) WHERE state = 'open' DO NOTHING
