WITH incoming AS (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb)
    AS r("#key" text, "id" text, "day" date, "utc_offset" interval)
), changed AS (
  SELECT r.*, t.user_id IS NOT NULL AS "#existed"
  FROM incoming r
  LEFT JOIN oura."tag" t
    ON t.user_id = $1 AND t."id" = r."id"
  WHERE t.user_id IS NULL
    OR t.deleted_at IS NOT NULL
    OR (t."day", t."utc_offset") IS DISTINCT FROM (r."day", r."utc_offset")
), kept AS (
  SELECT 1 AS revision WHERE $3::bigint IS NULL AND false
), written AS (
  INSERT INTO oura."tag" AS t (user_id, "id", "day", "utc_offset")
  SELECT $1, "id", "day", "utc_offset" FROM changed ORDER BY "id"
  ON CONFLICT (user_id, "id") DO UPDATE SET
    "day" = excluded."day",
    "utc_offset" = excluded."utc_offset",
    deleted_at = NULL,
    updated_at = excluded.updated_at
  WHERE t.deleted_at IS NOT NULL
    OR (t."day", t."utc_offset") IS DISTINCT FROM (excluded."day", excluded."utc_offset")
  RETURNING t."id"
)
SELECT count(*) FILTER (WHERE NOT "#existed")::int AS inserted,
  count(*) FILTER (WHERE "#existed")::int AS updated,
  (SELECT count(*)::int FROM kept) AS revised
FROM written JOIN changed USING ("id");
