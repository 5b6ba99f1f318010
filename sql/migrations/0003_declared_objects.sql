-- What `apply` has made of oura.yaml. A table of its own rather than comments on the columns: it
-- changes in the transaction of the DDL, tells the tool's columns from those people add by hand, and
-- keeps how far a refill has come.
CREATE TABLE oura.declared_objects (
  kind text NOT NULL CHECK (kind IN ('table', 'column', 'index', 'series', 'view')),
  table_name text NOT NULL,
  name text NOT NULL,
  definition jsonb NOT NULL,
  declared boolean NOT NULL DEFAULT true,
  refill jsonb,
  PRIMARY KEY (table_name, kind, name)
);
COMMENT ON TABLE oura.declared_objects IS 'Tables, columns, indexes, series and views made from oura.yaml: their definitions, and how far a refill from raw_data has come (null: filled).';
