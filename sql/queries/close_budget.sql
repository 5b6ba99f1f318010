-- Holds all processes of an app back, as Oura asked one of them to wait.
-- $1 app, $2 milliseconds, $3 milliseconds of a slot.
INSERT INTO oura.rate_budget AS b (app, asked_at, slot, closed_until)
SELECT $1, at, floor(extract(epoch FROM at) * 1000 / $3::integer)::bigint,
  at + $2::double precision * interval '1 millisecond'
FROM (SELECT clock_timestamp() AS at) AS clock
ON CONFLICT (app) DO UPDATE SET closed_until = greatest(b.closed_until, excluded.closed_until)
