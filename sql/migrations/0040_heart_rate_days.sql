-- Heart rate by the UTC day: what charts of several years are drawn from. Filled from the hours that
-- are there; from now on sync keeps both.
CREATE TABLE oura.heart_rate_days (
  user_id text NOT NULL,
  day date NOT NULL,
  source text NOT NULL,
  bpm_min real NOT NULL,
  bpm_max real NOT NULL,
  mean_sum double precision NOT NULL,
  mean_low double precision NOT NULL,
  mean_high double precision NOT NULL,
  hours integer NOT NULL,
  samples integer NOT NULL,
  PRIMARY KEY (user_id, day, source)
);
COMMENT ON TABLE oura.heart_rate_days IS
  'Heart rate by UTC day and source, kept by sync: a roll-up of heart_rate_hours for charts of years. The empty source is all of them together; mean_sum / hours is the mean of the hours'' means, half of which lie between mean_low and mean_high.';
INSERT INTO oura.heart_rate_days
  (user_id, day, source, bpm_min, bpm_max, mean_sum, mean_low, mean_high, hours, samples)
SELECT user_id, day, source, min(bpm_min), max(bpm_max), sum(mean ORDER BY hour),
  percentile_cont(0.25) WITHIN GROUP (ORDER BY mean),
  percentile_cont(0.75) WITHIN GROUP (ORDER BY mean), count(*), sum(samples)
FROM (
  SELECT user_id, (hour AT TIME ZONE 'UTC')::date AS day, hour, source, bpm_min, bpm_max,
    bpm_sum / samples AS mean, samples FROM oura.heart_rate_hours
  UNION ALL
  SELECT user_id, (hour AT TIME ZONE 'UTC')::date, hour, '', min(bpm_min), max(bpm_max),
    sum(bpm_sum) / sum(samples), sum(samples)
  FROM oura.heart_rate_hours GROUP BY user_id, hour
) AS hours GROUP BY user_id, day, source;
