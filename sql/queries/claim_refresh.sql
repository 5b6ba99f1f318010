-- A claim taken over keeps its first start: that is since when the outcome is in doubt.
UPDATE oura.oauth_tokens SET
  claim_holder = $2,
  claim_started_at = coalesce(claim_started_at, clock_timestamp()),
  claim_expires_at = clock_timestamp() + $3::double precision * interval '1 millisecond',
  updated_at = now()
WHERE user_id = $1
