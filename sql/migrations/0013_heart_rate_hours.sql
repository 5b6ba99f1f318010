-- Heart rate by the hour: what charts of months and years are drawn from.
CREATE TABLE oura.heart_rate_hours (
  user_id text NOT NULL,
  hour timestamptz NOT NULL,
  source text NOT NULL,
  bpm_min real NOT NULL,
  bpm_max real NOT NULL,
  bpm_sum double precision NOT NULL,
  samples integer NOT NULL,
  PRIMARY KEY (user_id, hour, source)
);
COMMENT ON TABLE oura.heart_rate_hours IS
  'Heart rate by hour and source, kept by sync: a roll-up of heart_rate for charts of long spans.';
