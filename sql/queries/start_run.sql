-- $1 wearer, $2 command, $3 started at, $4 version, $5 configuration checksum, $6 holder.
INSERT INTO oura.sync_runs (user_id, command, started_at, version, config_checksum, holder)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id
