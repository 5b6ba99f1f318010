-- The database's own clock decides whether a claim is over: the holder may sit on another machine.
SELECT user_id, access_token, refresh_token, key_id, key_version, expires_at, scopes, portal,
       token_url, revoke_url, client_id, state, needs_login_reason, obtained_at, refreshed_at, version,
       claim_holder, claim_started_at,
       (extract(epoch FROM claim_expires_at - clock_timestamp()) * 1000)::double precision AS claim_left_ms,
       clock_timestamp() AS locked_at
FROM oura.oauth_tokens
WHERE user_id = $1
FOR UPDATE
