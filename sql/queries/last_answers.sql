-- Data types of wearer $1, among $2, whose latest answer since $3 was a refusal (401, 403) in a run in
-- which Oura answered for others: the refusal concerns the type, neither the token nor a membership.
SELECT last.data_type, last.http_status, last.started_at
FROM unnest($2::text[]) AS asked(data_type), LATERAL (
  SELECT t.* FROM oura.sync_run_types t
  WHERE t.user_id = $1 AND t.data_type = asked.data_type AND t.started_at > $3
    AND t.requests > 0 AND (t.state = 'done' OR t.http_status IN (401, 403))
  ORDER BY t.started_at DESC, t.run_id DESC LIMIT 1
) AS last
WHERE last.http_status IN (401, 403) AND EXISTS (
  SELECT 1 FROM oura.sync_run_types other
  WHERE other.user_id = $1 AND other.run_id = last.run_id AND other.state = 'done'
    AND other.requests > 0
)
