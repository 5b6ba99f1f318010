-- Runs of wearer $1 other than $2 that never ended. One is idle when it holds no lease and has had
-- the time to take one.
SELECT r.id, r.holder,
  r.started_at < clock_timestamp() - interval '5 minutes' AND NOT EXISTS (
    SELECT 1 FROM oura.sync_leases l
    WHERE l.user_id = r.user_id AND l.holder = r.holder AND l.expires_at > clock_timestamp()
  ) AS idle
FROM oura.sync_runs r
WHERE r.user_id = $1 AND r.id <> $2 AND r.state = 'running'
