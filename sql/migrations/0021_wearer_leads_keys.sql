-- The wearer leads every primary key, so that the tables can be distributed by wearer. Each table is
-- scanned once to build its new index; no row of it is rewritten. A run without a known wearer has
-- the empty name, because a key holds no null.
UPDATE oura.sync_runs SET user_id = '' WHERE user_id IS NULL;
ALTER TABLE oura.sync_runs
  ALTER COLUMN user_id SET DEFAULT '', ALTER COLUMN user_id SET NOT NULL,
  DROP CONSTRAINT sync_runs_pkey, ADD CONSTRAINT sync_runs_pkey PRIMARY KEY (user_id, id);
ALTER TABLE oura.sync_windows
  DROP CONSTRAINT sync_windows_pkey, ADD CONSTRAINT sync_windows_pkey PRIMARY KEY (user_id, id);
ALTER TABLE oura.rejects
  DROP CONSTRAINT rejects_pkey, ADD CONSTRAINT rejects_pkey PRIMARY KEY (user_id, id);
ALTER TABLE oura.document_revisions
  DROP CONSTRAINT document_revisions_pkey,
  ADD CONSTRAINT document_revisions_pkey PRIMARY KEY (user_id, id);
