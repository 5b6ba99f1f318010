-- What the tool remembers about its own work. Only our own states are constrained; whatever Oura
-- sends is text, because Oura adds values every few weeks.

CREATE TABLE oura.oauth_tokens (
  user_id text PRIMARY KEY,
  access_token bytea NOT NULL,
  refresh_token bytea,
  key_id text NOT NULL,
  key_version integer NOT NULL,
  expires_at timestamptz,
  scopes text[],
  portal text,
  token_url text NOT NULL,
  revoke_url text,
  client_id text NOT NULL,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'needs_login')),
  needs_login_reason text,
  obtained_at timestamptz NOT NULL DEFAULT now(),
  refreshed_at timestamptz,
  claim_holder text,
  claim_started_at timestamptz,
  claim_expires_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE oura.oauth_tokens IS 'The grant of each wearer. Tokens are AES-256-GCM encrypted, bound to the wearer; a claim marks a refresh in flight.';

CREATE TABLE oura.sync_runs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text,
  command text NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'partial', 'failed', 'busy')),
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  exit_code integer,
  requests bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  rows_inserted bigint NOT NULL DEFAULT 0,
  rows_updated bigint NOT NULL DEFAULT 0,
  rows_unchanged bigint NOT NULL DEFAULT 0,
  rows_rejected bigint NOT NULL DEFAULT 0,
  rows_deleted bigint NOT NULL DEFAULT 0,
  version text,
  config_checksum text,
  error_code text,
  error_message text,
  trace_ids jsonb
);
CREATE INDEX sync_runs_user_id_started_at_idx ON oura.sync_runs (user_id, started_at);
COMMENT ON TABLE oura.sync_runs IS 'One row per run of a command that writes data. A run that stays in state running was killed.';

CREATE TABLE oura.sync_run_types (
  user_id text NOT NULL,
  run_id bigint NOT NULL,
  data_type text NOT NULL,
  state text NOT NULL CHECK (state IN ('done', 'failed', 'skipped', 'busy')),
  started_at timestamptz,
  finished_at timestamptz,
  requests bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  rows_inserted bigint NOT NULL DEFAULT 0,
  rows_updated bigint NOT NULL DEFAULT 0,
  rows_unchanged bigint NOT NULL DEFAULT 0,
  rows_rejected bigint NOT NULL DEFAULT 0,
  rows_deleted bigint NOT NULL DEFAULT 0,
  http_status integer,
  error_code text,
  error_message text,
  PRIMARY KEY (user_id, run_id, data_type)
);
CREATE INDEX sync_run_types_run_id_idx ON oura.sync_run_types (run_id);
CREATE INDEX sync_run_types_user_id_data_type_idx ON oura.sync_run_types (user_id, data_type, finished_at);
COMMENT ON TABLE oura.sync_run_types IS 'How each data type of a run ended: one type that fails never stops the others.';

CREATE TABLE oura.sync_windows (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text NOT NULL,
  data_type text NOT NULL,
  from_day date,
  to_day date,
  state text NOT NULL CHECK (state IN ('done', 'failed')),
  rows integer NOT NULL DEFAULT 0,
  fetched_at timestamptz NOT NULL DEFAULT now(),
  run_id bigint,
  error_code text,
  error_message text
);
CREATE INDEX sync_windows_user_id_data_type_from_day_idx ON oura.sync_windows (user_id, data_type, from_day);
COMMENT ON TABLE oura.sync_windows IS 'The ledger: which days of which type were read, both ends included. A window is marked done in the transaction of its last page. Types without a range have the day they were read on.';

CREATE TABLE oura.sync_leases (
  user_id text NOT NULL,
  data_type text NOT NULL,
  holder text NOT NULL,
  acquired_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, data_type)
);
COMMENT ON TABLE oura.sync_leases IS 'Who is syncing what. An expired lease may be taken over; it stands in for session locks, which PgBouncer does not keep.';

CREATE TABLE oura.rejects (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text NOT NULL,
  data_type text NOT NULL,
  document_key text,
  path text,
  column_name text,
  value_type text,
  reason text NOT NULL,
  document json,
  document_hash text NOT NULL,
  run_id bigint,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'discarded')),
  created_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz
);
CREATE UNIQUE INDEX rejects_open_document_idx ON oura.rejects (user_id, data_type, document_hash) WHERE state = 'open';
COMMENT ON TABLE oura.rejects IS 'Documents that did not fit their declared columns, whole and as sent (json, not jsonb: any text fits). The same document is quarantined once while open.';

CREATE TABLE oura.document_revisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text NOT NULL,
  data_type text NOT NULL,
  document_key text NOT NULL,
  document jsonb NOT NULL,
  replaced_at timestamptz NOT NULL DEFAULT now(),
  run_id bigint
);
CREATE INDEX document_revisions_document_idx ON oura.document_revisions (user_id, data_type, document_key, replaced_at);
COMMENT ON TABLE oura.document_revisions IS 'What a document said before Oura changed it.';

CREATE TABLE oura.webhook_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dedupe_key text NOT NULL UNIQUE,
  received_at timestamptz NOT NULL DEFAULT now(),
  event_type text NOT NULL,
  data_type text NOT NULL,
  object_id text,
  user_id text,
  event_time timestamptz,
  payload json NOT NULL,
  signature_ok boolean NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'done', 'failed', 'ignored')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  processed_at timestamptz,
  error text
);
CREATE INDEX webhook_events_waiting_idx ON oura.webhook_events (next_attempt_at) WHERE state IN ('pending', 'running');
COMMENT ON TABLE oura.webhook_events IS 'Deliveries of Oura''s webhooks and what became of them: the queue of the worker. Oura repeats deliveries; the dedupe key is unique.';

CREATE TABLE oura.column_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now(),
  config_checksum text NOT NULL,
  description text NOT NULL,
  sql text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  finished_at timestamptz,
  error_message text
);
COMMENT ON TABLE oura.column_changes IS 'What apply changed to make the tables match oura.yaml.';
