UPDATE oura.oauth_tokens SET
  access_token = $2, refresh_token = $3, key_id = $4, key_version = $5, updated_at = now()
WHERE user_id = $1
