-- Days that need no further reading, per data type: complete, and read at least the look-back after
-- they ended. $1 wearer, $2 data types, $3 look-back in days of each.
WITH asked AS (
  SELECT * FROM unnest($2::text[], $3::int[]) AS a(data_type, lookback)
), settled AS (
  SELECT w.data_type, w.from_day,
    least(w.to_day, (w.fetched_at AT TIME ZONE 'UTC')::date - greatest(a.lookback, 2)) AS to_day
  FROM oura.sync_windows w
  JOIN asked a USING (data_type)
  WHERE w.user_id = $1 AND w.state = 'done'
), reaching AS (
  SELECT *, max(to_day) OVER (
    PARTITION BY data_type ORDER BY from_day, to_day
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS reached
  FROM settled
  WHERE to_day >= from_day
), islands AS (
  SELECT *, count(*) FILTER (WHERE reached IS NULL OR from_day > reached + 1)
    OVER (PARTITION BY data_type ORDER BY from_day, to_day) AS island
  FROM reaching
)
SELECT data_type, min(from_day) AS from_day, max(to_day) AS to_day
FROM islands
GROUP BY data_type, island
ORDER BY data_type, from_day
