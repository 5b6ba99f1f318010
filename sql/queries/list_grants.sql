SELECT user_id, key_id, expires_at, scopes, portal, client_id, state, needs_login_reason,
       obtained_at, refreshed_at
FROM oura.oauth_tokens
ORDER BY obtained_at, user_id
