-- Windows whose last reading failed. $1 wearer, $2 data types.
SELECT data_type, from_day, to_day
FROM oura.sync_windows
WHERE user_id = $1 AND data_type = ANY ($2::text[]) AND state = 'failed'
ORDER BY data_type, from_day
