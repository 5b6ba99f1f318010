-- The pending events of the wearer $1 about the $3 documents whose events wait longest and are due
-- at $2. A document brings all its pending events, due or not: one fetch serves them all.
WITH due AS (
  SELECT data_type, object_id, min(received_at) AS oldest, min(id) AS first
  FROM oura.webhook_events
  WHERE user_id = $1 AND state = 'pending' AND next_attempt_at <= $2::timestamptz
  GROUP BY data_type, object_id
  ORDER BY oldest, first
  LIMIT $3::int
)
SELECT e.id, e.data_type, e.object_id, e.event_type, e.attempts, e.received_at,
  -- A delete that arrives after the news that it precedes deletes nothing.
  EXISTS (
    SELECT 1 FROM oura.webhook_events AS later
    WHERE later.user_id = $1 AND later.data_type = e.data_type
      AND later.object_id = e.object_id AND later.state = 'done'
      AND later.event_time > e.event_time AND later.event_type <> 'delete'
  ) AS outdated
FROM oura.webhook_events AS e
JOIN due ON due.data_type = e.data_type AND due.object_id = e.object_id
WHERE e.user_id = $1 AND e.state = 'pending'
ORDER BY due.oldest, due.first, coalesce(e.event_time, e.received_at), e.received_at, e.id
