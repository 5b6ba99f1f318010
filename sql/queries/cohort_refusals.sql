-- Data types that Oura refused, for pairs of wearer $1 and data type $2; see last_refusals.sql.
SELECT last.user_id, last.data_type, last.error_code, last.error_message
FROM unnest($1::text[], $2::text[]) AS asked(user_id, data_type), LATERAL (
  SELECT t.* FROM oura.sync_run_types t
  WHERE t.user_id = asked.user_id AND t.data_type = asked.data_type AND t.state <> 'busy'
  ORDER BY t.finished_at DESC LIMIT 1
) AS last
WHERE last.state = 'skipped' OR last.http_status IN (401, 403) AND EXISTS (
  SELECT 1 FROM oura.sync_run_types other
  WHERE other.user_id = last.user_id AND other.run_id = last.run_id AND other.state = 'done'
)
