-- Copies the documents of the Python oura_sync (tables in the schema public) into the tables of
-- this program (schema oura) in the same database. The old tables are only read. `replay` makes the
-- columns and series of them. Can be run again: what is there stays as it is.
DO $import$
DECLARE
  -- Each table with the expressions of the columns that a row cannot be without.
  target record;
  copied bigint;
BEGIN
  PERFORM set_config('TimeZone', 'UTC', true);
  FOR target IN
    SELECT name, rest.names, rest.expressions
    FROM (VALUES
      ('daily_activity', 'day'), ('daily_sleep', 'day'), ('daily_readiness', 'day'),
      ('daily_spo2', 'day'), ('daily_stress', 'day'), ('daily_resilience', 'day'),
      ('daily_cardiovascular_age', 'day'), ('vo2_max', 'day'), ('sleep_time', 'day'),
      ('sleep', 'day'), ('workout', 'day'), ('session', 'day'), ('tag', 'day'),
      ('enhanced_tag', 'start'), ('rest_mode_period', 'start'),
      ('personal_info', 'none'), ('ring_configuration', 'none'), ('heart_rate', 'sample')
    ) AS tables (name, form)
    JOIN (VALUES
      ('day', 'id, day', 'coalesce(raw ->> ''id'', raw ->> ''day''), (raw ->> ''day'')::date'),
      ('start', 'id, day', 'raw ->> ''id'', (raw ->> ''start_day'')::date'),
      ('none', 'id', 'raw ->> ''id'''),
      ('sample', '"timestamp", source', '(raw ->> ''timestamp'')::timestamptz, raw ->> ''source''')
    ) AS rest (form, names, expressions) USING (form)
    WHERE to_regclass('public.' || name) IS NOT NULL
  LOOP
    EXECUTE format(
      -- Some programs stored the document as a JSON text inside JSON.
      'WITH documents AS (
        SELECT user_id,
          CASE jsonb_typeof(raw_data::jsonb)
            WHEN ''string'' THEN (raw_data::jsonb #>> ''{}'')::jsonb
            ELSE raw_data::jsonb
          END AS raw
        FROM public.%1$I WHERE raw_data IS NOT NULL
      )
      INSERT INTO oura.%1$I (user_id, %2$s, raw_data)
      SELECT coalesce(%4$s, user_id), %3$s, raw FROM documents WHERE jsonb_typeof(raw) = ''object''
      ON CONFLICT DO NOTHING',
      target.name, target.names, target.expressions,
      -- Here a wearer is known by Oura's own id, which personal_info has.
      CASE WHEN to_regclass('public.personal_info') IS NULL THEN 'NULL' ELSE
        '(SELECT min(info.id::text) FROM public.personal_info info
          WHERE info.user_id = documents.user_id)'
      END
    );
    GET DIAGNOSTICS copied = ROW_COUNT;
    RAISE NOTICE '%: % documents copied', target.name, copied;
  END LOOP;
END
$import$;
