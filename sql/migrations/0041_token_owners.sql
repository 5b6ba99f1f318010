-- Whose token it is that a sync was given, so that the next sync need not ask Oura first.
CREATE TABLE oura.token_owners (
  user_id text NOT NULL,
  token_digest text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (user_id)
);
COMMENT ON TABLE oura.token_owners IS
  'The wearer of the latest access token that a sync was given (OURA_ACCESS_TOKEN): a SHA-256 digest of the token, never the token.';
