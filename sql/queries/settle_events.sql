-- What became of the pending events $2 of the wearer $1; $6 is when a retry is due, $7 is 1 for
-- what counts as a try.
UPDATE oura.webhook_events SET
  state = $3,
  error = $4,
  attempts = attempts + $7::int,
  processed_at = CASE WHEN $3 = 'pending' THEN NULL ELSE $5::timestamptz END,
  next_attempt_at = coalesce($6::timestamptz, next_attempt_at)
WHERE user_id = $1 AND id = ANY ($2::bigint[]) AND state = 'pending'
