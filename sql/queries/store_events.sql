-- $1 JSON array of events; $2 when they were received. They are due at once, by whichever clock a
-- worker on another machine goes.
INSERT INTO oura.webhook_events (user_id, dedupe_key, received_at, event_type, data_type, object_id,
  event_time, payload, signature_ok, state, next_attempt_at)
SELECT e.user_id, e.dedupe_key, $2::timestamptz, e.event_type, e.data_type, e.object_id,
  e.event_time, e.payload, true, e.state, 'epoch'::timestamptz
FROM json_to_recordset($1::json) AS e (user_id text, dedupe_key text, event_type text,
  data_type text, object_id text, event_time timestamptz, payload json, state text)
ORDER BY e.user_id, e.dedupe_key
ON CONFLICT (user_id, dedupe_key) DO NOTHING
RETURNING user_id, state
