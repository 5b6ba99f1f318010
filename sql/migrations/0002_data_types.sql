-- One table per kind of Oura document. The columns that oura.yaml declares are added by `apply`.
--
-- user_id leads every key, so that the tables can be distributed by wearer.
-- day is the wearer's local day as Oura says it, never derived from an instant.
-- utc_offset is the wearer's offset at the document's instant: an instant at time zone utc_offset
-- is the wall clock the wearer saw.
-- deleted_at is set when Oura no longer returns a document; nothing is ever removed.
CREATE TABLE oura.daily_activity (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_activity_user_id_day_idx ON oura.daily_activity (user_id, day);
COMMENT ON TABLE oura.daily_activity IS 'Activity of a day: steps, calories, time by intensity, score.';

CREATE TABLE oura.daily_sleep (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_sleep_user_id_day_idx ON oura.daily_sleep (user_id, day);
COMMENT ON TABLE oura.daily_sleep IS 'Sleep score of a day and its contributors.';

CREATE TABLE oura.daily_readiness (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_readiness_user_id_day_idx ON oura.daily_readiness (user_id, day);
COMMENT ON TABLE oura.daily_readiness IS 'Readiness score of a day and its contributors.';

CREATE TABLE oura.daily_spo2 (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_spo2_user_id_day_idx ON oura.daily_spo2 (user_id, day);
COMMENT ON TABLE oura.daily_spo2 IS 'Blood oxygen during a night.';

CREATE TABLE oura.daily_stress (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_stress_user_id_day_idx ON oura.daily_stress (user_id, day);
COMMENT ON TABLE oura.daily_stress IS 'Time in stress and in recovery on a day.';

CREATE TABLE oura.daily_resilience (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_resilience_user_id_day_idx ON oura.daily_resilience (user_id, day);
COMMENT ON TABLE oura.daily_resilience IS 'Resilience level of a day and its contributors.';

CREATE TABLE oura.daily_cardiovascular_age (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX daily_cardiovascular_age_user_id_day_idx ON oura.daily_cardiovascular_age (user_id, day);
COMMENT ON TABLE oura.daily_cardiovascular_age IS 'Cardiovascular age estimated on a day. Without an id from Oura, the day is the id.';

CREATE TABLE oura.sleep (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX sleep_user_id_day_idx ON oura.sleep (user_id, day);
COMMENT ON TABLE oura.sleep IS 'Sleep periods, several a day. The day is the one of waking up.';

CREATE TABLE oura.sleep_time (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX sleep_time_user_id_day_idx ON oura.sleep_time (user_id, day);
COMMENT ON TABLE oura.sleep_time IS 'Recommended bedtime of a day.';

CREATE TABLE oura.workout (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX workout_user_id_day_idx ON oura.workout (user_id, day);
COMMENT ON TABLE oura.workout IS 'Workouts, recorded or detected.';

CREATE TABLE oura.session (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX session_user_id_day_idx ON oura.session (user_id, day);
COMMENT ON TABLE oura.session IS 'Guided and unguided sessions, naps and breathing among them.';

CREATE TABLE oura.tag (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX tag_user_id_day_idx ON oura.tag (user_id, day);
COMMENT ON TABLE oura.tag IS 'Notes of the wearer. Deprecated by Oura in favour of enhanced_tag.';

CREATE TABLE oura.enhanced_tag (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX enhanced_tag_user_id_day_idx ON oura.enhanced_tag (user_id, day);
COMMENT ON TABLE oura.enhanced_tag IS 'Tags of the wearer, with or without a duration. The day is the first one.';

CREATE TABLE oura.rest_mode_period (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX rest_mode_period_user_id_day_idx ON oura.rest_mode_period (user_id, day);
COMMENT ON TABLE oura.rest_mode_period IS 'Periods of rest mode. The day is the first one.';

CREATE TABLE oura.vo2_max (
  user_id text NOT NULL,
  id text NOT NULL,
  day date NOT NULL,
  utc_offset interval,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
CREATE INDEX vo2_max_user_id_day_idx ON oura.vo2_max (user_id, day);
COMMENT ON TABLE oura.vo2_max IS 'Estimates of the maximal oxygen uptake.';

CREATE TABLE oura.personal_info (
  user_id text NOT NULL,
  id text NOT NULL,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE oura.personal_info IS 'Age, weight, height and sex as the wearer entered them.';

CREATE TABLE oura.ring_configuration (
  user_id text NOT NULL,
  id text NOT NULL,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE oura.ring_configuration IS 'Every ring the wearer has owned.';

-- Time series have no id of their own: the instant, and for heart rate the source, identify a sample.
-- Two sources may measure at the same instant. The id is a short handle for one row.

CREATE TABLE oura.heart_rate (
  user_id text NOT NULL,
  "timestamp" timestamptz NOT NULL,
  source text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, "timestamp", source)
);
COMMENT ON TABLE oura.heart_rate IS 'Heart rate samples, about one every five minutes, more during workouts.';

CREATE TABLE oura.ring_battery_level (
  user_id text NOT NULL,
  "timestamp" timestamptz NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  raw_data jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  PRIMARY KEY (user_id, "timestamp")
);
COMMENT ON TABLE oura.ring_battery_level IS 'Charge of the ring over time.';
