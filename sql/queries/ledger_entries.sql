-- All that the ledger holds of wearer $1 and the data types $2.
SELECT data_type, from_day, to_day, state, rows, error_code, error_message
FROM oura.sync_windows
WHERE user_id = $1 AND data_type = ANY ($2::text[])
ORDER BY data_type, from_day, to_day
