UPDATE oura.oauth_tokens SET
  state = 'needs_login', needs_login_reason = $3,
  claim_holder = NULL, claim_started_at = NULL, claim_expires_at = NULL, updated_at = now()
WHERE user_id = $1 AND version = $2
