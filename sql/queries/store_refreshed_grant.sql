-- Guarded by the version the refresh began with, not by the claim: a holder that was so slow that
-- its claim ran out still brings the only living pair, and heals a grant declared dead meanwhile.
-- The version passes that of the pair ($10): in a table restored from a backup the row's is lower, and
-- older copies on disk must not count again.
UPDATE oura.oauth_tokens SET
  access_token = $3, refresh_token = $4, key_id = $5, key_version = $6, expires_at = $7, scopes = $8,
  state = 'active', needs_login_reason = NULL, refreshed_at = $9,
  claim_holder = NULL, claim_started_at = NULL, claim_expires_at = NULL,
  version = greatest(version, $10) + 1, updated_at = now()
WHERE user_id = $1 AND version = $2
