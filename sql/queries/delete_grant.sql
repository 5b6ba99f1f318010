DELETE FROM oura.oauth_tokens WHERE user_id = $1
