-- Writes a window into the ledger in place of those it contains: a completed window supersedes all
-- of them, a failed one only previous failures, because what was read stays read. A later reading stays
-- too: a run that began earlier can end later, and a clock can be set back. Failures that reach beyond
-- a completed window keep the days outside it.
-- $1 wearer, $2 data type, $3 from, $4 to, $5 state, $6 rows, $7 fetched at, $8 run,
-- $9 error code, $10 error message, $11 newest day of data by this reading.
WITH superseded AS (
  DELETE FROM oura.sync_windows
  WHERE user_id = $1 AND data_type = $2 AND from_day >= $3::date AND to_day <= $4::date
    AND (state = 'failed' OR ($5::text = 'done' AND coalesce(fetched_at <= $7::timestamptz, true)))
), cut AS (
  DELETE FROM oura.sync_windows
  WHERE user_id = $1 AND data_type = $2 AND $5::text = 'done' AND state = 'failed'
    AND from_day <= $4::date AND to_day >= $3::date
    AND NOT (from_day >= $3::date AND to_day <= $4::date)
  RETURNING *
), left_over AS (
  SELECT cut.*, piece.piece_from, piece.piece_to
  FROM cut, LATERAL (
    VALUES (cut.from_day, $3::date - 1), ($4::date + 1, cut.to_day)
  ) AS piece(piece_from, piece_to)
  WHERE piece.piece_from <= piece.piece_to
)
INSERT INTO oura.sync_windows
  (user_id, data_type, from_day, to_day, state, rows, fetched_at, run_id, error_code, error_message,
  delivered_to)
SELECT user_id, data_type, piece_from, piece_to, state, rows, fetched_at, run_id, error_code,
  error_message, delivered_to
FROM left_over
UNION ALL
SELECT $1, $2, $3::date, $4::date, $5::text, $6::int, $7::timestamptz, $8::bigint, $9, $10,
  $11::date
