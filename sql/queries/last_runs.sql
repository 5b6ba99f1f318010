-- The latest run of every wearer. One that holds no lease although it had the time to take one was
-- interrupted; the next run closes it.
SELECT DISTINCT ON (r.user_id) r.user_id, r.id, r.command,
  CASE
    WHEN r.state = 'running' AND r.started_at < clock_timestamp() - interval '1 minute'
      AND NOT EXISTS (
        SELECT 1 FROM oura.sync_leases l
        WHERE l.user_id = r.user_id AND l.holder = r.holder AND l.expires_at > clock_timestamp()
      )
    THEN 'interrupted' ELSE r.state
  END AS state,
  r.started_at, r.finished_at, r.exit_code, r.requests, r.bytes, r.rows_inserted, r.rows_updated,
  r.rows_unchanged, r.rows_rejected, r.rows_deleted, r.version, r.error_code, r.error_message
FROM oura.sync_runs r
WHERE r.user_id <> ''
ORDER BY r.user_id, r.started_at DESC, r.id DESC
