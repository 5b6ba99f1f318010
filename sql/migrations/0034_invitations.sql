-- Sign-in links for participants. Neither the token of a link nor the state of a sign-in stands in
-- here, only their SHA-256: whoever reads the table can use no link.
CREATE TABLE oura.invitations (
  id bigint GENERATED ALWAYS AS IDENTITY,
  token_hash text NOT NULL,
  label text,
  study text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  state_hash text,
  browser_hash text,
  verifier bytea,
  verifier_key_id text,
  verifier_version integer,
  portal text,
  claim text,
  claimed_until timestamptz,
  used_at timestamptz,
  user_id text,
  PRIMARY KEY (id),
  UNIQUE (token_hash)
);
CREATE UNIQUE INDEX invitations_state_hash_idx ON oura.invitations (state_hash);
COMMENT ON TABLE oura.invitations IS
  'One-time links with which participants sign in, the attempt under way (hash of its state, hash of the browser''s cookie, encrypted PKCE verifier), and who used the link.';
