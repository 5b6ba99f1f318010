-- What a lab calls its wearers. That no two wearers have one label is checked by the program, under
-- a lock: an index over labels could not lead with the wearer, which distributed tables ask for.
CREATE TABLE oura.wearers (
  user_id text NOT NULL,
  label text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id)
);
COMMENT ON TABLE oura.wearers IS
  'Labels (pseudonyms) of wearers, shown in place of their ids. No two labels differ only by case.';

-- The overview of all wearers asks for the windows that end in the last days, and for the latest
-- reading of each type; a ledger grows by a row per wearer, type and day.
CREATE INDEX sync_windows_user_id_to_day_idx ON oura.sync_windows (user_id, to_day);
CREATE INDEX sync_windows_user_id_data_type_fetched_at_idx
  ON oura.sync_windows (user_id, data_type, fetched_at) WHERE state = 'done';
