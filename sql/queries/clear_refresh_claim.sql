UPDATE oura.oauth_tokens SET
  claim_holder = NULL, claim_started_at = NULL, claim_expires_at = NULL, updated_at = now()
WHERE user_id = $1 AND claim_holder = $2
