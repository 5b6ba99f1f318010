SELECT user_id, access_token, refresh_token, key_id, key_version, expires_at, scopes, portal,
       token_url, revoke_url, client_id, state, needs_login_reason, obtained_at, refreshed_at, version
FROM oura.oauth_tokens
WHERE user_id = $1
