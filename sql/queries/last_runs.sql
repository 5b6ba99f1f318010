-- The latest run of every wearer.
SELECT DISTINCT ON (user_id) user_id, id, command, state, started_at, finished_at, exit_code,
  requests, rows_inserted, rows_updated, rows_unchanged, rows_rejected, rows_deleted, version,
  error_code, error_message
FROM oura.sync_runs
WHERE user_id IS NOT NULL
ORDER BY user_id, started_at DESC, id DESC
