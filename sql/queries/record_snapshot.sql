-- Forgets the previous snapshots of a type without a range: only the latest counts.
-- $1 wearer, $2 data type, $3 day of the snapshot just recorded.
DELETE FROM oura.sync_windows WHERE user_id = $1 AND data_type = $2 AND to_day < $3::date
