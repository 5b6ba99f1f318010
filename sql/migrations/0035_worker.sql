-- When the worker syncs each wearer next, and what it does once a day for the whole app.
CREATE TABLE oura.sync_schedule (
  user_id text PRIMARY KEY,
  due_at timestamptz NOT NULL
);
CREATE INDEX sync_schedule_due_at_idx ON oura.sync_schedule (due_at);
COMMENT ON TABLE oura.sync_schedule IS 'When the worker syncs each wearer next.';

CREATE TABLE oura.upkeep_tasks (
  task text PRIMARY KEY,
  due_at timestamptz NOT NULL
);
COMMENT ON TABLE oura.upkeep_tasks IS
  'What the workers do for the whole app, such as renewing webhook subscriptions, and when it is due.';
