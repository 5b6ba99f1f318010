-- Reserves requests of an app's rate budget, and takes back what was not used. One statement, so that
-- no two processes are granted the same requests. Time counts in slots, by the server's clock.
-- No process gets more than an eighth of the rest: portions shrink with it. The row of
-- a new app is made without a grant.
-- $1 app, $2 requests wanted, $3 requests that may be spent at all, $4 milliseconds of a slot,
-- $5 slots for which a request counts, $6 unused requests by slot, $7 whether the second half of $3 is
-- lent evenly: little faster than requests become free if all are lent evenly, and so slowly that they
-- last until the first ones are free. A little faster, because requests that come back unused are lent later.
-- Of what a slot still has to lend so, no process gets more than half at once: the one nearest to the
-- server asks first in each slot, and the others would get nothing for as long as it needs all.
INSERT INTO oura.rate_budget AS b (app, asked_at, slot)
SELECT $1, at, floor(extract(epoch FROM at) * 1000 / $4::integer)::bigint
FROM (SELECT clock_timestamp() AS at) AS clock
ON CONFLICT (app) DO UPDATE SET (asked_at, slot, closed_until, spent, granted) = (
  -- A statement that waited for the row comes with an older time. A server's clock that was set back
  -- is followed: what was spent then counts as spent now.
  WITH clock AS (
    SELECT
      CASE WHEN jumped THEN excluded.slot ELSE greatest(b.slot, excluded.slot) END AS slot,
      CASE WHEN jumped THEN excluded.asked_at ELSE greatest(b.asked_at, excluded.asked_at) END AS at,
      CASE WHEN jumped THEN b.closed_until - (b.asked_at - excluded.asked_at)
        ELSE b.closed_until END AS closed_until
    FROM (SELECT b.slot > excluded.slot + 6 AS jumped) AS comparison
  ), kept AS (
    SELECT least(key::bigint, clock.slot) AS slot,
      sum(greatest(0, value::integer - coalesce(($6::jsonb ->> key)::integer, 0))) AS requests
    FROM clock, jsonb_each_text(b.spent)
    WHERE key::bigint > clock.slot - $5::integer
    GROUP BY 1
  ), rest AS (
    SELECT $3::integer - coalesce(sum(requests), 0) AS requests,
      coalesce(sum(requests) FILTER (WHERE kept.slot = clock.slot), 0) AS lent,
      -- Slots until something is free again.
      coalesce(min(kept.slot) FILTER (WHERE kept.slot < clock.slot) - clock.slot, 0) + $5::integer AS wait
    FROM clock LEFT JOIN kept ON true GROUP BY clock.slot
  ), portion AS (
    SELECT clock.slot, CASE WHEN clock.closed_until > clock.at THEN 0 ELSE
      greatest(0, least($2::integer, ceil(rest.requests / 8),
        CASE WHEN $7::boolean AND rest.requests * 2 <= $3::integer THEN
          ceil((least(ceil($3::numeric / $5::integer + rest.requests / 16), ceil((rest.requests + rest.lent) / rest.wait)) - rest.lent) / 2)
        END))::integer END AS requests
    FROM clock, rest
  ), sums AS (
    SELECT slot, sum(requests) AS requests
    FROM (SELECT * FROM kept UNION ALL SELECT * FROM portion) AS parts
    GROUP BY slot HAVING sum(requests) > 0
  )
  SELECT clock.at, clock.slot, clock.closed_until,
    coalesce((SELECT jsonb_object_agg(slot, requests) FROM sums), '{}'), portion.requests
  FROM clock, portion
)
RETURNING granted, slot, spent, closed_until, asked_at
