WITH incoming AS (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb)
    AS r("#key" text, "timestamp" timestamptz, "source" text, "bpm" integer, raw_data jsonb)
), changed AS (
  SELECT r.*, t.user_id IS NOT NULL AS "#existed", t.raw_data AS "#previous"
  FROM incoming r
  LEFT JOIN oura."heart_rate" t
    ON t.user_id = $1 AND t."timestamp" = r."timestamp" AND t."source" = r."source"
  WHERE t.user_id IS NULL
    OR t.deleted_at IS NOT NULL
    OR (t."bpm", t.raw_data) IS DISTINCT FROM (r."bpm", r.raw_data)
), kept AS (
  INSERT INTO oura.document_revisions (user_id, data_type, document_key, document, run_id)
  SELECT $1, 'heart_rate', "#key", "#previous", $3::bigint
  FROM changed
  WHERE "#existed" AND "#previous" IS NOT NULL AND "#previous" IS DISTINCT FROM raw_data
  RETURNING 1
), written AS (
  INSERT INTO oura."heart_rate" AS t (user_id, "timestamp", "source", "bpm", raw_data)
  SELECT $1, "timestamp", "source", "bpm", raw_data FROM changed ORDER BY "timestamp", "source"
  ON CONFLICT (user_id, "timestamp", "source") DO UPDATE SET
    "bpm" = excluded."bpm",
    raw_data = excluded.raw_data,
    deleted_at = NULL,
    updated_at = CASE
      WHEN t.raw_data IS DISTINCT FROM excluded.raw_data OR t.deleted_at IS NOT NULL
      THEN excluded.updated_at ELSE t.updated_at END
  WHERE t.deleted_at IS NOT NULL
    OR (t."bpm", t.raw_data) IS DISTINCT FROM (excluded."bpm", excluded.raw_data)
  RETURNING t."timestamp", t."source"
)
SELECT count(*) FILTER (WHERE NOT "#existed")::int AS inserted,
  count(*) FILTER (WHERE "#existed")::int AS updated,
  (SELECT count(*)::int FROM kept) AS revised
FROM written JOIN changed USING ("timestamp", "source");

COPY oura."heart_rate" (user_id, "timestamp", "source", "bpm", raw_data) FROM STDIN (FORMAT text);

COPY oura."heart_rate" (user_id, "timestamp", "source", "bpm", raw_data) FROM STDIN (FORMAT binary);

SELECT count(*)::int AS rows, date_part('epoch', min(at)) * 1000 AS first,
  date_part('epoch', max(at)) * 1000 AS last,
  (SELECT date_part('epoch', "timestamp") * 1000 FROM oura."heart_rate"
    WHERE user_id = $1 AND "timestamp" > $3 ORDER BY "timestamp" LIMIT 1) AS next,
  CASE WHEN bool_and(is_present) THEN encode(sha256(string_agg(timestamptz_send(at), '')
    || convert_to(string_agg(line, E'\n'), 'UTF8')), 'hex')
    || encode(sha256(convert_to(string_agg(document, ''), 'UTF8')), 'hex') END AS digest
FROM (
  SELECT "timestamp" AS at, deleted_at IS NULL AS is_present,
    concat('=' || "source"::text, E'\t', '=' || "bpm"::text) AS line, coalesce(raw_data::text, '') AS document
  FROM oura."heart_rate" AS t
  WHERE user_id = $1 AND "timestamp" BETWEEN $2 AND $3 ORDER BY t."timestamp", t."source"
) AS stored;
