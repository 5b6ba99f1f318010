-- Makes the days of wearer $1 between the midnights $2 and $3 (UTC) match the hours; source $4 holds
-- all sources together. An hour counts once, however many samples it has; a sum in order is the same
-- each time.
WITH hours AS MATERIALIZED (
  SELECT (hour AT TIME ZONE 'UTC')::date AS day, hour, source, bpm_min, bpm_max, bpm_sum, samples
  FROM oura.heart_rate_hours
  WHERE user_id = $1 AND hour >= $2::timestamptz AND hour < $3::timestamptz
), fresh AS MATERIALIZED (
  SELECT day, source, min(bpm_min) AS bpm_min, max(bpm_max) AS bpm_max,
    sum(mean ORDER BY hour) AS mean_sum,
    percentile_cont(0.25) WITHIN GROUP (ORDER BY mean) AS mean_low,
    percentile_cont(0.75) WITHIN GROUP (ORDER BY mean) AS mean_high, count(*)::int AS hours, sum(samples)::int AS samples
  FROM (
    SELECT day, hour, source, bpm_min, bpm_max, bpm_sum / samples AS mean, samples FROM hours
    UNION ALL
    SELECT day, hour, $4::text, min(bpm_min), max(bpm_max), sum(bpm_sum) / sum(samples), sum(samples)
    FROM hours GROUP BY day, hour
  ) AS either GROUP BY day, source
), removed AS (
  DELETE FROM oura.heart_rate_days d
  WHERE d.user_id = $1 AND d.day >= ($2::timestamptz AT TIME ZONE 'UTC')::date
    AND d.day < ($3::timestamptz AT TIME ZONE 'UTC')::date
    AND NOT EXISTS (SELECT 1 FROM fresh f WHERE f.day = d.day AND f.source = d.source)
)
INSERT INTO oura.heart_rate_days AS d
  (user_id, day, source, bpm_min, bpm_max, mean_sum, mean_low, mean_high, hours, samples)
SELECT $1, day, source, bpm_min, bpm_max, mean_sum, mean_low, mean_high, hours, samples FROM fresh
ON CONFLICT (user_id, day, source) DO UPDATE SET bpm_min = excluded.bpm_min,
  bpm_max = excluded.bpm_max, mean_sum = excluded.mean_sum, mean_low = excluded.mean_low,
  mean_high = excluded.mean_high, hours = excluded.hours, samples = excluded.samples
WHERE (d.bpm_min, d.bpm_max, d.mean_sum, d.mean_low, d.mean_high, d.hours, d.samples)
  IS DISTINCT FROM (excluded.bpm_min, excluded.bpm_max, excluded.mean_sum, excluded.mean_low,
    excluded.mean_high, excluded.hours, excluded.samples)
