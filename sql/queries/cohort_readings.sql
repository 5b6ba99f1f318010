-- How the readings of the wearers $1 stand, over the data types $2: when anything was last read
-- completely, the type whose latest reading is the oldest, whether one was never read, and whether
-- the latest run that had one failed. Types that a run left out on purpose do not count.
SELECT u.user_id, max(done.fetched_at) AS read_at,
  min(done.fetched_at) FILTER (WHERE last_run.state IS DISTINCT FROM 'skipped') AS oldest,
  coalesce(bool_or(done.fetched_at IS NULL)
    FILTER (WHERE last_run.state IS DISTINCT FROM 'skipped'), false) AS never,
  coalesce(bool_or(last_run.state = 'failed'), false) AS failed
FROM unnest($1::text[]) AS u(user_id) CROSS JOIN unnest($2::text[]) AS t(data_type)
LEFT JOIN LATERAL (
  SELECT w.fetched_at FROM oura.sync_windows w
  WHERE w.user_id = u.user_id AND w.data_type = t.data_type AND w.state = 'done'
  ORDER BY w.fetched_at DESC LIMIT 1
) AS done ON true
LEFT JOIN LATERAL (
  SELECT r.state FROM oura.sync_run_types r
  WHERE r.user_id = u.user_id AND r.data_type = t.data_type
  ORDER BY r.finished_at DESC LIMIT 1
) AS last_run ON true
GROUP BY u.user_id
