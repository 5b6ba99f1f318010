SELECT user_id FROM oura.oauth_tokens ORDER BY user_id
