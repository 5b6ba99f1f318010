-- Quarantines documents, each once while it is open, and never again once it was discarded. One that
-- is there already gets its present reason. They are numbered in the order given. Returns how many
-- were added, and how many of the documents given had been discarded.
-- $1 wearer, $2 data type, $3 run; per document: $4 key, $5 path, $6 column, $7 expected type,
-- $8 reason, $9 document as JSON text.
WITH incoming AS (
  SELECT e.*, md5(e.document) AS document_hash, EXISTS (
    SELECT 1 FROM oura.rejects d
    WHERE d.user_id = $1 AND d.data_type = $2 AND d.state = 'discarded'
      AND d.document_hash = md5(e.document)
  ) AS discarded
  FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
    WITH ORDINALITY AS e(key, path, column_name, expected, reason, document, place)
), distinct_documents AS (
  SELECT DISTINCT ON (document_hash) * FROM incoming WHERE NOT discarded
  ORDER BY document_hash, place
), added AS (
  INSERT INTO oura.rejects
    (user_id, data_type, run_id, document_key, path, column_name, value_type, reason, document,
     document_hash)
  SELECT $1, $2, $3::bigint, key, path, column_name, expected, reason, document::json,
    document_hash
  FROM distinct_documents
  ORDER BY place
  ON CONFLICT (user_id, data_type, document_hash) WHERE state = 'open' DO NOTHING
  RETURNING document_hash
), restated AS (
  UPDATE oura.rejects r SET path = d.path, column_name = d.column_name, value_type = d.expected,
    reason = d.reason
  FROM distinct_documents d
  WHERE r.user_id = $1 AND r.data_type = $2 AND r.state = 'open'
    AND r.document_hash = d.document_hash
    AND (r.path, r.column_name, r.value_type, r.reason)
      IS DISTINCT FROM (d.path, d.column_name, d.expected, d.reason)
)
SELECT (SELECT count(*)::int FROM added) AS added,
  (SELECT count(*)::int FROM incoming WHERE discarded) AS discarded
