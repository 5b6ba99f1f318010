-- What the tables held when they were last looked at, so that rows which are gone (a table dropped,
-- emptied or restored from an older backup) are noticed: the ledger must not outlive its rows.
ALTER TABLE oura.sync_windows ADD COLUMN stored bigint;
COMMENT ON TABLE oura.sync_windows IS 'The ledger: which days of which type were read, both ends included. A window is marked done in the transaction of its last page; stored is how many rows its days had then, deleted ones included. Types without a range have the day they were read on.';
CREATE TABLE oura.row_accounts (
  user_id text NOT NULL,
  data_type text NOT NULL,
  rows bigint NOT NULL,
  relation text,
  counted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, data_type)
);
COMMENT ON TABLE oura.row_accounts IS 'How many rows each data table must hold at least, and which table that is (its oid and its file): fewer rows, or another table, makes the next sync compare the ledger with the rows.';
