-- Freshness per data type of wearer $1, for the data types $2: the latest completed reading, the
-- latest failed one, how the latest run that had the type ended, and its rejects.
SELECT t.data_type,
  done.fetched_at, done.to_day AS read_to,
  last_run.state AS last_state, last_run.finished_at AS last_finished_at,
  last_run.error_code, last_run.error_message,
  (SELECT count(*)::int FROM oura.rejects r
    WHERE r.user_id = $1 AND r.data_type = t.data_type AND r.state = 'open') AS open_rejects,
  (SELECT count(*)::int FROM oura.document_revisions d
    WHERE d.user_id = $1 AND d.data_type = t.data_type
      AND d.replaced_at > now() - interval '7 days') AS revised_this_week,
  (SELECT count(*)::int FROM oura.sync_windows f
    WHERE f.user_id = $1 AND f.data_type = t.data_type AND f.state = 'failed') AS failed_windows
FROM unnest($2::text[]) WITH ORDINALITY AS t(data_type, place)
LEFT JOIN LATERAL (
  SELECT w.fetched_at, w.to_day FROM oura.sync_windows w
  WHERE w.user_id = $1 AND w.data_type = t.data_type AND w.state = 'done'
  ORDER BY w.fetched_at DESC, w.to_day DESC LIMIT 1
) done ON true
LEFT JOIN LATERAL (
  SELECT r.state, r.finished_at, r.error_code, r.error_message FROM oura.sync_run_types r
  WHERE r.user_id = $1 AND r.data_type = t.data_type
  ORDER BY r.finished_at DESC LIMIT 1
) last_run ON true
ORDER BY t.place
