-- Why a document still does not fit. $1 reject, $2 path, $3 column, $4 expected type, $5 reason.
UPDATE oura.rejects SET path = $2, column_name = $3, value_type = $4, reason = $5
WHERE id = $1 AND state = 'open'
