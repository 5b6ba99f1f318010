-- Which account export was loaded last, per wearer and data type: an import is an observation of
-- the whole history, and the later observation of a document wins.
CREATE TABLE oura.account_imports (
  user_id text NOT NULL,
  data_type text NOT NULL,
  exported_at timestamptz NOT NULL,
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, data_type)
);
COMMENT ON TABLE oura.account_imports IS
  'The latest account export that was loaded completely, per wearer and data type.';
