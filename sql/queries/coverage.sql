-- What the ledger knows of each data type, as merged spans of four kinds:
--   read        completely read
--   read_today  completely read on day $5 or later
--   settled     completely read, and needing no further reading: read at least the look-back after
--               the day, when data later than the day had been delivered already; or read when the
--               day was too old for late data
--   failed      the last reading failed
-- $1 wearer, $2 data types, $3 look-back and $4 time for late data, in days of each, $5 today.
WITH asked AS (
  SELECT * FROM unnest($2::text[], $3::int[], $4::int[]) AS a(data_type, lookback, late)
), windows AS (
  SELECT w.data_type, w.state, w.from_day, w.to_day, w.delivered_to,
    (w.fetched_at AT TIME ZONE 'UTC')::date AS read_on,
    -- A wearer west of UTC ends a day half a day later; two days cover all zones.
    greatest(a.lookback, 2) AS lookback, greatest(a.late, a.lookback, 2) AS late
  FROM oura.sync_windows w
  JOIN asked a USING (data_type)
  WHERE w.user_id = $1
), spans AS (
  SELECT 'read' AS kind, data_type, from_day, to_day FROM windows WHERE state = 'done'
  UNION ALL
  SELECT 'read_today', data_type, from_day, to_day FROM windows
  WHERE state = 'done' AND read_on >= $5::date
  UNION ALL
  SELECT 'settled', data_type, from_day, least(
    to_day,
    greatest(
      least(read_on - lookback, coalesce(delivered_to - 1, '-infinity')),
      read_on - late
    )
  )
  FROM windows WHERE state = 'done'
  UNION ALL
  SELECT 'failed', data_type, from_day, to_day FROM windows WHERE state = 'failed'
), reaching AS (
  SELECT *, max(to_day) OVER (
    PARTITION BY kind, data_type ORDER BY from_day, to_day
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS reached
  FROM spans
  WHERE to_day >= from_day
), islands AS (
  SELECT *, count(*) FILTER (WHERE reached IS NULL OR from_day > reached + 1)
    OVER (PARTITION BY kind, data_type ORDER BY from_day, to_day) AS island
  FROM reaching
)
SELECT data_type, kind, min(from_day) AS from_day, max(to_day) AS to_day
FROM islands
GROUP BY data_type, kind, island
ORDER BY data_type, kind, from_day
