-- Which days of a short span were read, and which are settled, as bits (bit 0 is day $5), of the
-- wearers $1 and the data types $2; see coverage.sql. $3 look-back and $4 time for late data, in days
-- of each type; $5 first and $6 last day, at most 31.
WITH asked AS (
  SELECT * FROM unnest($2::text[], $3::int[], $4::int[]) AS a(data_type, lookback, late)
), windows AS (
  SELECT w.user_id, w.data_type, greatest(w.from_day - $5::date, 0) AS low,
    least(w.to_day, $6::date) - $5::date AS high,
    least(
      w.to_day, $6::date,
      greatest(
        least(
          (w.fetched_at AT TIME ZONE 'UTC')::date - greatest(a.lookback, 2),
          coalesce(w.delivered_to - 1, '-infinity')
        ),
        (w.fetched_at AT TIME ZONE 'UTC')::date - greatest(a.late, a.lookback, 2)
      )
    ) - $5::date AS settled
  FROM oura.sync_windows w
  JOIN asked a USING (data_type)
  WHERE w.user_id = ANY ($1::text[]) AND w.to_day >= $5::date AND w.from_day <= $6::date
    AND w.state = 'done'
)
SELECT user_id, data_type,
  bit_or(((1::bigint << (high - low + 1)) - 1) << low) AS read,
  coalesce(bit_or(((1::bigint << (settled - low + 1)) - 1) << low)
    FILTER (WHERE settled >= low), 0) AS settled
FROM windows
GROUP BY user_id, data_type
