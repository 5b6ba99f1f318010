-- What an app asked of Oura in the running five minutes, for all processes on all machines. The table
-- belongs to no wearer: on a distributed database it stays on the coordinator.
CREATE TABLE oura.rate_budget (
  app text PRIMARY KEY,
  slot bigint NOT NULL,
  spent jsonb NOT NULL DEFAULT '{}',
  closed_until timestamptz NOT NULL DEFAULT 'epoch',
  granted integer,
  asked_at timestamptz NOT NULL
);
COMMENT ON TABLE oura.rate_budget IS
  'The rate budget: one row per app (a hash of its client id, or static) with the requests that processes have reserved, by slots of time, and until when Oura asked all of them to wait.';
