-- Events are a wearer's: the wearer leads every key, so that the table can be distributed by wearer.
-- Events of a wearer who has not signed in are kept aside until the sign-in or their removal. A
-- wearer's jobs take the wearer's events, so no event is marked as running.
UPDATE oura.webhook_events SET user_id = coalesce(user_id, payload ->> 'user_id', '')
  WHERE user_id IS NULL;
UPDATE oura.webhook_events SET object_id = '' WHERE object_id IS NULL;
UPDATE oura.webhook_events SET state = 'pending' WHERE state = 'running';
ALTER TABLE oura.webhook_events
  ALTER COLUMN user_id SET NOT NULL,
  ALTER COLUMN object_id SET NOT NULL,
  DROP CONSTRAINT webhook_events_pkey,
  ADD CONSTRAINT webhook_events_pkey PRIMARY KEY (user_id, id),
  DROP CONSTRAINT webhook_events_dedupe_key_key,
  ADD CONSTRAINT webhook_events_dedupe_key_key UNIQUE (user_id, dedupe_key),
  DROP CONSTRAINT webhook_events_state_check,
  ADD CONSTRAINT webhook_events_state_check
    CHECK (state IN ('pending', 'aside', 'done', 'failed', 'ignored'));
DROP INDEX oura.webhook_events_waiting_idx;
CREATE INDEX webhook_events_due_idx ON oura.webhook_events (user_id, next_attempt_at)
  WHERE state = 'pending';
CREATE INDEX webhook_events_open_idx ON oura.webhook_events (user_id, state)
  WHERE state IN ('aside', 'failed');
CREATE INDEX webhook_events_document_idx
  ON oura.webhook_events (user_id, data_type, object_id);
CREATE INDEX webhook_events_received_idx ON oura.webhook_events (received_at);
COMMENT ON TABLE oura.webhook_events IS
  'Events that Oura''s webhooks delivered, and what became of them. Oura repeats deliveries; the dedupe key is unique per wearer. Events of a wearer without a sign-in are kept aside.';
