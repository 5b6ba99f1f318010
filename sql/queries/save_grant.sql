-- A new sign-in replaces whatever was there, a claim under way included: its result is for a grant
-- that no longer counts, which the version tells it.
INSERT INTO oura.oauth_tokens AS t
  (user_id, access_token, refresh_token, key_id, key_version, expires_at, scopes, portal, token_url,
   revoke_url, client_id, state, obtained_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12, 1)
ON CONFLICT (user_id) DO UPDATE SET
  access_token = excluded.access_token, refresh_token = excluded.refresh_token,
  key_id = excluded.key_id, key_version = excluded.key_version, expires_at = excluded.expires_at,
  scopes = excluded.scopes, portal = excluded.portal, token_url = excluded.token_url,
  revoke_url = excluded.revoke_url, client_id = excluded.client_id, state = 'active',
  needs_login_reason = NULL, obtained_at = excluded.obtained_at, refreshed_at = NULL,
  claim_holder = NULL, claim_started_at = NULL, claim_expires_at = NULL,
  version = t.version + 1, updated_at = excluded.updated_at
