WITH incoming AS (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb)
    AS r("#key" text, "id" text, "day" date, "utc_offset" interval, "type" text, "hrv_ms" integer, raw_data jsonb)
), changed AS (
  SELECT r.*, t.user_id IS NOT NULL AS "#existed", t.raw_data AS "#previous"
  FROM incoming r
  LEFT JOIN oura."sleep" t
    ON t.user_id = $1 AND t."id" = r."id"
  WHERE t.user_id IS NULL
    OR t.deleted_at IS NOT NULL
    OR (t."day", t."utc_offset", t."type", t."hrv_ms", t.raw_data) IS DISTINCT FROM (r."day", r."utc_offset", r."type", r."hrv_ms", r.raw_data)
), kept AS (
  INSERT INTO oura.document_revisions (user_id, data_type, document_key, document, run_id)
  SELECT $1, 'sleep', "#key", "#previous", $3::bigint
  FROM changed
  WHERE "#existed" AND "#previous" IS NOT NULL AND "#previous" IS DISTINCT FROM raw_data
  RETURNING 1
), written AS (
  INSERT INTO oura."sleep" AS t (user_id, "id", "day", "utc_offset", "type", "hrv_ms", raw_data)
  SELECT $1, "id", "day", "utc_offset", "type", "hrv_ms", raw_data FROM changed ORDER BY "id"
  ON CONFLICT (user_id, "id") DO UPDATE SET
    "day" = excluded."day",
    "utc_offset" = excluded."utc_offset",
    "type" = excluded."type",
    "hrv_ms" = excluded."hrv_ms",
    raw_data = excluded.raw_data,
    deleted_at = NULL,
    updated_at = CASE
      WHEN t.raw_data IS DISTINCT FROM excluded.raw_data OR t.deleted_at IS NOT NULL
      THEN excluded.updated_at ELSE t.updated_at END
  WHERE t.deleted_at IS NOT NULL
    OR (t."day", t."utc_offset", t."type", t."hrv_ms", t.raw_data) IS DISTINCT FROM (excluded."day", excluded."utc_offset", excluded."type", excluded."hrv_ms", excluded.raw_data)
  RETURNING t."id"
)
SELECT count(*) FILTER (WHERE NOT "#existed")::int AS inserted,
  count(*) FILTER (WHERE "#existed")::int AS updated,
  (SELECT count(*)::int FROM kept) AS revised,
  (SELECT array_agg("#key") FROM changed WHERE NOT "#existed") AS new_keys,
  (SELECT array_agg("#key") FROM changed WHERE "#existed") AS changed_keys
FROM written JOIN changed USING ("id");

WITH documents AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb)
    AS r(d text, s timestamptz, e double precision, v text)
)
INSERT INTO oura."sleep_hrv" (user_id, document_id, ordinal, sample_at, value)
  SELECT $1, document_id, ordinal, sample_at, value FROM (
  SELECT d AS document_id, (n - 1)::int AS ordinal,
    s + make_interval(secs => e * (n - 1)) AS sample_at, item AS value
  FROM documents CROSS JOIN LATERAL unnest(v::double precision[]) WITH ORDINALITY AS i(item, n)
  WHERE item IS NOT NULL
  ) AS incoming;

WITH documents AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb)
    AS r(d text, s timestamptz, e double precision, v text)
), incoming AS MATERIALIZED (
  SELECT d AS document_id, (n - 1)::int AS ordinal,
    s + make_interval(secs => e * (n - 1)) AS sample_at, item AS value
  FROM documents CROSS JOIN LATERAL unnest(v::double precision[]) WITH ORDINALITY AS i(item, n)
  WHERE item IS NOT NULL
), stored AS MATERIALIZED (
  SELECT t.document_id, t.ordinal, t.sample_at, t.value
  FROM documents CROSS JOIN LATERAL (
    SELECT * FROM oura."sleep_hrv" t WHERE t.user_id = $1 AND t.document_id = d
  ) t
), removed AS (
  DELETE FROM oura."sleep_hrv" t USING (
    SELECT document_id, ordinal FROM stored EXCEPT SELECT document_id, ordinal FROM incoming
  ) gone
  WHERE t.user_id = $1 AND t.document_id = gone.document_id AND t.ordinal = gone.ordinal
  RETURNING 1
), written AS (
  INSERT INTO oura."sleep_hrv" (user_id, document_id, ordinal, sample_at, value)
  SELECT $1, document_id, ordinal, sample_at, value FROM (
    SELECT document_id, ordinal, sample_at, value FROM incoming
    EXCEPT SELECT document_id, ordinal, sample_at, value FROM stored
  ) changed
  ON CONFLICT (user_id, document_id, ordinal) DO UPDATE SET
    sample_at = excluded.sample_at, value = excluded.value
  RETURNING 1
)
SELECT ((SELECT count(*) FROM removed) + (SELECT count(*) FROM written))::int AS written;
