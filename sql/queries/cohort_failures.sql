-- Windows of a short span whose last reading failed, of the wearers $1 and the data types $2;
-- $3 first and $4 last day.
SELECT user_id, data_type, from_day, to_day, state, rows, error_code, error_message
FROM oura.sync_windows
WHERE user_id = ANY ($1::text[]) AND data_type = ANY ($2::text[]) AND to_day >= $3::date
  AND from_day <= $4::date AND state = 'failed'
ORDER BY user_id, data_type, from_day, to_day
