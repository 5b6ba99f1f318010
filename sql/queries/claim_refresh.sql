-- A claim taken over keeps its first start: that is since when the outcome is in doubt.
-- $1 wearer, $2 holder, $3 now by the database's clock, $4 milliseconds until the claim runs out.
UPDATE oura.oauth_tokens SET
  claim_holder = $2,
  claim_started_at = coalesce(claim_started_at, $3::timestamptz),
  claim_expires_at = $3::timestamptz + $4::double precision * interval '1 millisecond',
  updated_at = $3::timestamptz
WHERE user_id = $1
