-- The samples of a document in a few figures: what charts of series over years are drawn from.
CREATE TABLE oura.series_documents (
  user_id text NOT NULL,
  series text NOT NULL,
  document_id text NOT NULL,
  low double precision NOT NULL,
  mean double precision NOT NULL,
  high double precision NOT NULL,
  samples integer NOT NULL,
  PRIMARY KEY (user_id, series, document_id)
);
COMMENT ON TABLE oura.series_documents IS
  'The least, mean and most of the samples of each document and series, kept by sync: a roll-up for charts of long spans.';
