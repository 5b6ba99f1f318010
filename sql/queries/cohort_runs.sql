-- The latest run of each of the wearers $1; see last_runs.sql.
SELECT u.user_id, r.command,
  CASE
    WHEN r.state = 'running' AND r.started_at < clock_timestamp() - interval '1 minute'
      AND NOT EXISTS (
        SELECT 1 FROM oura.sync_leases l
        WHERE l.user_id = r.user_id AND l.holder = r.holder AND l.expires_at > clock_timestamp()
      )
    THEN 'interrupted' ELSE r.state
  END AS state,
  r.started_at, r.error_code
FROM unnest($1::text[]) AS u(user_id), LATERAL (
  SELECT * FROM oura.sync_runs s WHERE s.user_id = u.user_id
  ORDER BY s.started_at DESC, s.id DESC LIMIT 1
) AS r
