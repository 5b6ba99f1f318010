-- Which process a run belongs to, under the name its leases carry: tells a run that was killed from
-- one that still works.
ALTER TABLE oura.sync_runs ADD COLUMN holder text;
COMMENT ON TABLE oura.sync_runs IS 'One row per run of a command that writes data. One that was killed is closed by the next run.';
