-- A role that may only read, for Grafana. Run once, as the role that owns the tables:
--   psql --set reader_password="$GRAFANA_DB_PASSWORD" --file deploy/grafana/reader.sql oura
CREATE ROLE oura_reader LOGIN PASSWORD :'reader_password';
CREATE SCHEMA IF NOT EXISTS oura;
GRANT USAGE ON SCHEMA oura TO oura_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA oura TO oura_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA oura GRANT SELECT ON TABLES TO oura_reader;
-- Charts need neither the sign-ins nor the invitations. If these tables are created later, revoke the
-- rights again.
DO $$ BEGIN
  IF to_regclass('oura.oauth_tokens') IS NOT NULL THEN
    REVOKE ALL ON oura.oauth_tokens FROM oura_reader;
  END IF;
  IF to_regclass('oura.invitations') IS NOT NULL THEN
    REVOKE ALL ON oura.invitations FROM oura_reader;
  END IF;
END $$;
