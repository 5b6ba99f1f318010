-- Data types of wearer $1, among $2, that Oura refused (401, 403) in the latest run that had them
-- while it answered for others: what a missing scope looks like where the scopes are unknown.
SELECT last.data_type, last.error_code, last.error_message
FROM unnest($2::text[]) AS asked(data_type), LATERAL (
  SELECT t.* FROM oura.sync_run_types t
  WHERE t.user_id = $1 AND t.data_type = asked.data_type AND t.state <> 'busy'
  ORDER BY t.finished_at DESC LIMIT 1
) AS last
WHERE last.state = 'skipped' OR last.http_status IN (401, 403) AND EXISTS (
  SELECT 1 FROM oura.sync_run_types other
  WHERE other.user_id = $1 AND other.run_id = last.run_id AND other.state = 'done'
)
