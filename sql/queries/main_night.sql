-- The latest main night of wearer $1: of several sleeps a day the long one that lasted longest,
-- never simply the first or the last. Times as the wearer's clock showed them.
SELECT day, bedtime_start AT TIME ZONE utc_offset AS fell_asleep,
  bedtime_end AT TIME ZONE utc_offset AS woke_up, total_sleep_duration, deep_sleep_duration,
  rem_sleep_duration, average_hrv, lowest_heart_rate
FROM oura.sleep
WHERE user_id = $1 AND deleted_at IS NULL AND type = 'long_sleep' AND bedtime_end IS NOT NULL
ORDER BY day DESC, total_sleep_duration DESC NULLS LAST
LIMIT 1
