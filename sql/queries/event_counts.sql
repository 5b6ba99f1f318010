SELECT pending.count AS pending, pending.oldest, failed.count AS failed, aside.count AS aside
FROM (SELECT count(*) AS count, min(received_at) AS oldest FROM oura.webhook_events
    WHERE state = 'pending') AS pending,
  (SELECT count(*) AS count FROM oura.webhook_events WHERE state = 'failed') AS failed,
  (SELECT count(*) AS count FROM oura.webhook_events WHERE state = 'aside') AS aside
