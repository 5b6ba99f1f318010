-- The claim stays as the mark of a refresh without a known outcome, open to the next one who tries.
UPDATE oura.oauth_tokens SET claim_expires_at = now(), updated_at = now()
WHERE user_id = $1 AND claim_holder = $2
