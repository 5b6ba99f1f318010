-- What sql/migrations/ add up to. Made by `deno task schema:snapshot`; a test keeps it true.
-- The columns that oura.yaml declares are not in here: `apply` adds them.

CREATE TABLE oura.account_imports (
  user_id text NOT NULL,
  data_type text NOT NULL,
  exported_at timestamp with time zone NOT NULL,
  imported_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT account_imports_pkey PRIMARY KEY (user_id, data_type)
);
COMMENT ON TABLE oura.account_imports IS 'The latest account export that was loaded completely, per wearer and data type.';

CREATE TABLE oura.column_changes (
  id bigint GENERATED ALWAYS AS IDENTITY,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  config_checksum text NOT NULL,
  description text NOT NULL,
  sql text NOT NULL,
  state text NOT NULL,
  finished_at timestamp with time zone,
  error_message text,
  CONSTRAINT column_changes_pkey PRIMARY KEY (id),
  CONSTRAINT column_changes_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])))
);
COMMENT ON TABLE oura.column_changes IS 'What apply changed to make the tables match oura.yaml.';

CREATE TABLE oura.daily_activity (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT daily_activity_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_activity_user_id_day_idx ON oura.daily_activity USING btree (user_id, day);
COMMENT ON TABLE oura.daily_activity IS 'Activity of a day: steps, calories, time by intensity, score.';

CREATE TABLE oura.daily_cardiovascular_age (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT daily_cardiovascular_age_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_cardiovascular_age_user_id_day_idx ON oura.daily_cardiovascular_age USING btree (user_id, day);
COMMENT ON TABLE oura.daily_cardiovascular_age IS 'Cardiovascular age estimated on a day. Without an id from Oura, the day is the id.';

CREATE TABLE oura.daily_readiness (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT daily_readiness_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_readiness_user_id_day_idx ON oura.daily_readiness USING btree (user_id, day);
COMMENT ON TABLE oura.daily_readiness IS 'Readiness score of a day and its contributors.';

CREATE TABLE oura.daily_resilience (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT daily_resilience_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_resilience_user_id_day_idx ON oura.daily_resilience USING btree (user_id, day);
COMMENT ON TABLE oura.daily_resilience IS 'Resilience level of a day and its contributors.';

CREATE TABLE oura.daily_sleep (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT daily_sleep_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_sleep_user_id_day_idx ON oura.daily_sleep USING btree (user_id, day);
COMMENT ON TABLE oura.daily_sleep IS 'Sleep score of a day and its contributors.';

CREATE TABLE oura.daily_spo2 (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT daily_spo2_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_spo2_user_id_day_idx ON oura.daily_spo2 USING btree (user_id, day);
COMMENT ON TABLE oura.daily_spo2 IS 'Blood oxygen during a night.';

CREATE TABLE oura.daily_stress (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT daily_stress_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_stress_user_id_day_idx ON oura.daily_stress USING btree (user_id, day);
COMMENT ON TABLE oura.daily_stress IS 'Time in stress and in recovery on a day.';

CREATE TABLE oura.declared_objects (
  kind text NOT NULL,
  table_name text NOT NULL,
  name text NOT NULL,
  definition jsonb NOT NULL,
  declared boolean NOT NULL DEFAULT true,
  refill jsonb,
  CONSTRAINT declared_objects_pkey PRIMARY KEY (table_name, kind, name),
  CONSTRAINT declared_objects_kind_check CHECK ((kind = ANY (ARRAY['table'::text, 'column'::text, 'index'::text, 'series'::text, 'view'::text])))
);
COMMENT ON TABLE oura.declared_objects IS 'Tables, columns, indexes, series and views made from oura.yaml: their definitions, and how far a refill from raw_data has come (null: filled).';

CREATE TABLE oura.document_revisions (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id text NOT NULL,
  data_type text NOT NULL,
  document_key text NOT NULL,
  document jsonb NOT NULL,
  replaced_at timestamp with time zone NOT NULL DEFAULT now(),
  run_id bigint,
  CONSTRAINT document_revisions_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX document_revisions_document_idx ON oura.document_revisions USING btree (user_id, data_type, document_key, replaced_at);
COMMENT ON TABLE oura.document_revisions IS 'What a document said before Oura changed it.';

CREATE TABLE oura.enhanced_tag (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT enhanced_tag_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX enhanced_tag_user_id_day_idx ON oura.enhanced_tag USING btree (user_id, day);
COMMENT ON TABLE oura.enhanced_tag IS 'Tags of the wearer, with or without a duration. The day is the first one.';

CREATE TABLE oura.heart_rate (
  user_id text NOT NULL,
  "timestamp" timestamp with time zone NOT NULL,
  source text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT heart_rate_pkey PRIMARY KEY (user_id, "timestamp", source)
);
COMMENT ON TABLE oura.heart_rate IS 'Heart rate samples, about one every five minutes, more during workouts.';

CREATE TABLE oura.heart_rate_days (
  user_id text NOT NULL,
  day date NOT NULL,
  source text NOT NULL,
  bpm_min real NOT NULL,
  bpm_max real NOT NULL,
  mean_sum double precision NOT NULL,
  mean_low double precision NOT NULL,
  mean_high double precision NOT NULL,
  hours integer NOT NULL,
  samples integer NOT NULL,
  CONSTRAINT heart_rate_days_pkey PRIMARY KEY (user_id, day, source)
);
COMMENT ON TABLE oura.heart_rate_days IS 'Heart rate by UTC day and source, kept by sync: a roll-up of heart_rate_hours for charts of years. The empty source is all of them together; mean_sum / hours is the mean of the hours'' means, half of which lie between mean_low and mean_high.';

CREATE TABLE oura.heart_rate_hours (
  user_id text NOT NULL,
  hour timestamp with time zone NOT NULL,
  source text NOT NULL,
  bpm_min real NOT NULL,
  bpm_max real NOT NULL,
  bpm_sum double precision NOT NULL,
  samples integer NOT NULL,
  CONSTRAINT heart_rate_hours_pkey PRIMARY KEY (user_id, hour, source)
);
COMMENT ON TABLE oura.heart_rate_hours IS 'Heart rate by hour and source, kept by sync: a roll-up of heart_rate for charts of long spans.';

CREATE TABLE oura.invitations (
  id bigint GENERATED ALWAYS AS IDENTITY,
  token_hash text NOT NULL,
  label text,
  study text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  state_hash text,
  browser_hash text,
  verifier bytea,
  verifier_key_id text,
  verifier_version integer,
  portal text,
  claim text,
  claimed_until timestamp with time zone,
  used_at timestamp with time zone,
  user_id text,
  CONSTRAINT invitations_pkey PRIMARY KEY (id),
  CONSTRAINT invitations_token_hash_key UNIQUE (token_hash)
);
CREATE UNIQUE INDEX invitations_state_hash_idx ON oura.invitations USING btree (state_hash);
COMMENT ON TABLE oura.invitations IS 'One-time links with which participants sign in, the attempt under way (hash of its state, hash of the browser''s cookie, encrypted PKCE verifier), and who used the link.';

CREATE TABLE oura.oauth_tokens (
  user_id text NOT NULL,
  access_token bytea NOT NULL,
  refresh_token bytea,
  key_id text NOT NULL,
  key_version integer NOT NULL,
  expires_at timestamp with time zone,
  scopes text[],
  portal text,
  token_url text NOT NULL,
  revoke_url text,
  client_id text NOT NULL,
  state text NOT NULL DEFAULT 'active'::text,
  needs_login_reason text,
  obtained_at timestamp with time zone NOT NULL DEFAULT now(),
  refreshed_at timestamp with time zone,
  claim_holder text,
  claim_started_at timestamp with time zone,
  claim_expires_at timestamp with time zone,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT oauth_tokens_pkey PRIMARY KEY (user_id),
  CONSTRAINT oauth_tokens_state_check CHECK ((state = ANY (ARRAY['active'::text, 'needs_login'::text])))
);
COMMENT ON TABLE oura.oauth_tokens IS 'The grant of each wearer. Tokens are AES-256-GCM encrypted, bound to the wearer; a claim marks a refresh in flight.';

CREATE TABLE oura.personal_info (
  user_id text NOT NULL,
  id text NOT NULL,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT personal_info_pkey PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE oura.personal_info IS 'Age, weight, height and sex as the wearer entered them.';

CREATE TABLE oura.rate_budget (
  app text NOT NULL,
  slot bigint NOT NULL,
  spent jsonb NOT NULL DEFAULT '{}'::jsonb,
  closed_until timestamp with time zone NOT NULL DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone,
  granted integer,
  asked_at timestamp with time zone NOT NULL,
  CONSTRAINT rate_budget_pkey PRIMARY KEY (app)
);
COMMENT ON TABLE oura.rate_budget IS 'The rate budget: one row per app (a hash of its client id, or static) with the requests that processes have reserved, by slots of time, and until when Oura asked all of them to wait.';

CREATE TABLE oura.rejects (
  id bigint GENERATED ALWAYS AS IDENTITY,
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
  state text NOT NULL DEFAULT 'open'::text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  resolved_at timestamp with time zone,
  CONSTRAINT rejects_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT rejects_state_check CHECK ((state = ANY (ARRAY['open'::text, 'resolved'::text, 'discarded'::text])))
);
CREATE UNIQUE INDEX rejects_open_document_idx ON oura.rejects USING btree (user_id, data_type, document_hash) WHERE (state = 'open'::text);
COMMENT ON TABLE oura.rejects IS 'Documents that did not fit their declared columns, whole and as sent (json, not jsonb: any text fits). The same document is quarantined once while open.';

CREATE TABLE oura.rest_mode_period (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT rest_mode_period_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX rest_mode_period_user_id_day_idx ON oura.rest_mode_period USING btree (user_id, day);
COMMENT ON TABLE oura.rest_mode_period IS 'Periods of rest mode. The day is the first one.';

CREATE TABLE oura.ring_battery_level (
  user_id text NOT NULL,
  "timestamp" timestamp with time zone NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT ring_battery_level_pkey PRIMARY KEY (user_id, "timestamp")
);
COMMENT ON TABLE oura.ring_battery_level IS 'Charge of the ring over time.';

CREATE TABLE oura.ring_configuration (
  user_id text NOT NULL,
  id text NOT NULL,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT ring_configuration_pkey PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE oura.ring_configuration IS 'Every ring the wearer has owned.';

CREATE TABLE oura.row_accounts (
  user_id text NOT NULL,
  data_type text NOT NULL,
  rows bigint NOT NULL,
  relation text,
  counted_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT row_accounts_pkey PRIMARY KEY (user_id, data_type)
);
COMMENT ON TABLE oura.row_accounts IS 'How many rows each data table must hold at least, and which table that is (its oid and its file): fewer rows, or another table, makes the next sync compare the ledger with the rows.';

CREATE TABLE oura.schema_migrations (
  version integer NOT NULL,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  program_version text NOT NULL,
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
);
COMMENT ON TABLE oura.schema_migrations IS 'The migrations this schema has been through, with the checksum of each file.';

CREATE TABLE oura.series_documents (
  user_id text NOT NULL,
  series text NOT NULL,
  document_id text NOT NULL,
  low double precision NOT NULL,
  mean double precision NOT NULL,
  high double precision NOT NULL,
  samples integer NOT NULL,
  CONSTRAINT series_documents_pkey PRIMARY KEY (user_id, series, document_id)
);
COMMENT ON TABLE oura.series_documents IS 'The least, mean and most of the samples of each document and series, kept by sync: a roll-up for charts of long spans.';

CREATE TABLE oura.session (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT session_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX session_user_id_day_idx ON oura.session USING btree (user_id, day);
COMMENT ON TABLE oura.session IS 'Guided and unguided sessions, naps and breathing among them.';

CREATE TABLE oura.sleep (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT sleep_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX sleep_user_id_day_idx ON oura.sleep USING btree (user_id, day);
COMMENT ON TABLE oura.sleep IS 'Sleep periods, several a day. The day is the one of waking up.';

CREATE TABLE oura.sleep_time (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT sleep_time_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX sleep_time_user_id_day_idx ON oura.sleep_time USING btree (user_id, day);
COMMENT ON TABLE oura.sleep_time IS 'Recommended bedtime of a day.';

CREATE TABLE oura.sync_leases (
  user_id text NOT NULL,
  data_type text NOT NULL,
  holder text NOT NULL,
  acquired_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT sync_leases_pkey PRIMARY KEY (user_id, data_type)
);
COMMENT ON TABLE oura.sync_leases IS 'Who is syncing what. An expired lease may be taken over; it stands in for session locks, which PgBouncer does not keep.';

CREATE TABLE oura.sync_run_types (
  user_id text NOT NULL,
  run_id bigint NOT NULL,
  data_type text NOT NULL,
  state text NOT NULL,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
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
  CONSTRAINT sync_run_types_pkey PRIMARY KEY (user_id, run_id, data_type),
  CONSTRAINT sync_run_types_state_check CHECK ((state = ANY (ARRAY['done'::text, 'failed'::text, 'skipped'::text, 'busy'::text])))
);
CREATE INDEX sync_run_types_run_id_idx ON oura.sync_run_types USING btree (run_id);
CREATE INDEX sync_run_types_user_id_data_type_idx ON oura.sync_run_types USING btree (user_id, data_type, finished_at);
COMMENT ON TABLE oura.sync_run_types IS 'How each data type of a run ended: one type that fails never stops the others.';

CREATE TABLE oura.sync_runs (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id text NOT NULL DEFAULT ''::text,
  command text NOT NULL,
  state text NOT NULL DEFAULT 'running'::text,
  started_at timestamp with time zone NOT NULL DEFAULT now(),
  finished_at timestamp with time zone,
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
  trace_ids jsonb,
  holder text,
  CONSTRAINT sync_runs_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT sync_runs_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'partial'::text, 'failed'::text, 'busy'::text])))
);
CREATE INDEX sync_runs_user_id_started_at_idx ON oura.sync_runs USING btree (user_id, started_at);
COMMENT ON TABLE oura.sync_runs IS 'One row per run of a command that writes data. One that was killed is closed by the next run.';

CREATE TABLE oura.sync_schedule (
  user_id text NOT NULL,
  due_at timestamp with time zone NOT NULL,
  CONSTRAINT sync_schedule_pkey PRIMARY KEY (user_id)
);
CREATE INDEX sync_schedule_due_at_idx ON oura.sync_schedule USING btree (due_at);
COMMENT ON TABLE oura.sync_schedule IS 'When the worker syncs each wearer next.';

CREATE TABLE oura.sync_windows (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id text NOT NULL,
  data_type text NOT NULL,
  from_day date,
  to_day date,
  state text NOT NULL,
  rows integer NOT NULL DEFAULT 0,
  fetched_at timestamp with time zone NOT NULL DEFAULT now(),
  run_id bigint,
  error_code text,
  error_message text,
  delivered_to date,
  stored bigint,
  CONSTRAINT sync_windows_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT sync_windows_state_check CHECK ((state = ANY (ARRAY['done'::text, 'failed'::text])))
);
CREATE INDEX sync_windows_user_id_data_type_fetched_at_idx ON oura.sync_windows USING btree (user_id, data_type, fetched_at) WHERE (state = 'done'::text);
CREATE INDEX sync_windows_user_id_data_type_from_day_idx ON oura.sync_windows USING btree (user_id, data_type, from_day);
CREATE INDEX sync_windows_user_id_to_day_idx ON oura.sync_windows USING btree (user_id, to_day);
COMMENT ON TABLE oura.sync_windows IS 'The ledger: which days of which type were read, both ends included. A window is marked done in the transaction of its last page; stored is how many rows its days had then, deleted ones included. Types without a range have the day they were read on.';

CREATE TABLE oura.tag (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT tag_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX tag_user_id_day_idx ON oura.tag USING btree (user_id, day);
COMMENT ON TABLE oura.tag IS 'Notes of the wearer. Deprecated by Oura in favour of enhanced_tag.';

CREATE TABLE oura.token_owners (
  user_id text NOT NULL,
  token_digest text NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT token_owners_pkey PRIMARY KEY (user_id)
);
COMMENT ON TABLE oura.token_owners IS 'The wearer of the latest access token that a sync was given (OURA_ACCESS_TOKEN): a SHA-256 digest of the token, never the token.';

CREATE TABLE oura.upkeep_tasks (
  task text NOT NULL,
  due_at timestamp with time zone NOT NULL,
  CONSTRAINT upkeep_tasks_pkey PRIMARY KEY (task)
);
COMMENT ON TABLE oura.upkeep_tasks IS 'What the workers do for the whole app, such as renewing webhook subscriptions, and when it is due.';

CREATE TABLE oura.vo2_max (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT vo2_max_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX vo2_max_user_id_day_idx ON oura.vo2_max USING btree (user_id, day);
COMMENT ON TABLE oura.vo2_max IS 'Estimates of the maximal oxygen uptake.';

CREATE TABLE oura.wearers (
  user_id text NOT NULL,
  label text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT wearers_pkey PRIMARY KEY (user_id)
);
COMMENT ON TABLE oura.wearers IS 'Labels (pseudonyms) of wearers, shown in place of their ids. No two labels differ only by case.';

CREATE TABLE oura.webhook_events (
  id bigint GENERATED ALWAYS AS IDENTITY,
  dedupe_key text NOT NULL,
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  event_type text NOT NULL,
  data_type text NOT NULL,
  object_id text NOT NULL,
  user_id text NOT NULL,
  event_time timestamp with time zone,
  payload json NOT NULL,
  signature_ok boolean NOT NULL,
  state text NOT NULL DEFAULT 'pending'::text,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamp with time zone NOT NULL DEFAULT now(),
  processed_at timestamp with time zone,
  error text,
  CONSTRAINT webhook_events_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT webhook_events_dedupe_key_key UNIQUE (user_id, dedupe_key),
  CONSTRAINT webhook_events_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'aside'::text, 'done'::text, 'failed'::text, 'ignored'::text])))
);
CREATE INDEX webhook_events_document_idx ON oura.webhook_events USING btree (user_id, data_type, object_id);
CREATE INDEX webhook_events_due_idx ON oura.webhook_events USING btree (user_id, next_attempt_at) WHERE (state = 'pending'::text);
CREATE INDEX webhook_events_open_idx ON oura.webhook_events USING btree (user_id, state) WHERE (state = ANY (ARRAY['aside'::text, 'failed'::text]));
CREATE INDEX webhook_events_received_idx ON oura.webhook_events USING btree (received_at);
COMMENT ON TABLE oura.webhook_events IS 'Events that Oura''s webhooks delivered, and what became of them. Oura repeats deliveries; the dedupe key is unique per wearer. Events of a wearer without a sign-in are kept aside.';

CREATE TABLE oura.workout (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT workout_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX workout_user_id_day_idx ON oura.workout USING btree (user_id, day);
COMMENT ON TABLE oura.workout IS 'Workouts, recorded or detected.';
