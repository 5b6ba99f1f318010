-- Why a document still does not fit. $1 reject, $2 path, $3 column, $4 expected type, $5 reason,
-- $6 wearer.
UPDATE oura.rejects SET path = $2, column_name = $3, value_type = $4, reason = $5
WHERE user_id = $6 AND id = $1 AND state = 'open'
