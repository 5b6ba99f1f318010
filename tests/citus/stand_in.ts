/**
 * A stand-in for Citus on one plain server: functions and a table of the same names and signatures,
 * which record what they are called with and check Citus' rules for keys. The rows stay where they
 * are. Citus itself cannot be installed on a test machine.
 * Source of the signatures and rules: documentation of Citus 13, "Citus Utility Functions" and
 * "Citus Tables and Views".
 */
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import type { Database } from "../../lib/db/driver/database.ts";

const STAND_IN = `
CREATE TABLE pg_dist_partition (
  logicalrelid regclass PRIMARY KEY,
  partmethod "char" NOT NULL,
  partkey text,
  colocationid integer NOT NULL,
  repmodel "char" NOT NULL
);
CREATE TABLE citus_calls (place integer GENERATED ALWAYS AS IDENTITY, call text NOT NULL);
CREATE SEQUENCE citus_groups;

CREATE FUNCTION column_to_column_name(table_name regclass, column_var_text text) RETURNS text
LANGUAGE sql AS 'SELECT column_var_text';

CREATE FUNCTION create_distributed_table(
  table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
  colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  place smallint := (SELECT attnum FROM pg_attribute
    WHERE attrelid = table_name AND attname = distribution_column);
  own_group integer;
  bad text;
BEGIN
  INSERT INTO citus_calls (call) VALUES (format('distribute %s by %s beside %s',
    table_name, distribution_column, colocate_with));
  IF EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = table_name) THEN
    RAISE EXCEPTION 'table "%" is already distributed', table_name;
  END IF;
  SELECT c.relname INTO bad FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = table_name AND i.indisunique AND NOT place = ANY (i.indkey::smallint[]);
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'cannot create constraint on "%"', table_name
      USING ERRCODE = 'invalid_object_definition', DETAIL = 'Distributed relations cannot have '
        'UNIQUE, EXCLUDE, or PRIMARY KEY constraints that do not include the partition column';
  END IF;
  IF colocate_with IN ('none', 'default') THEN
    own_group := nextval('citus_groups');
  ELSE
    SELECT colocationid INTO own_group FROM pg_dist_partition
      WHERE logicalrelid = colocate_with::regclass;
    IF own_group IS NULL THEN
      RAISE EXCEPTION 'relation "%" is not distributed', colocate_with;
    END IF;
  END IF;
  SELECT k.conname INTO bad FROM pg_constraint k
    LEFT JOIN pg_dist_partition p ON p.logicalrelid = k.confrelid
    WHERE k.contype = 'f' AND k.conrelid = table_name AND p.colocationid IS DISTINCT FROM own_group;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'cannot create foreign key constraint % since relations are not colocated', bad
      USING ERRCODE = 'feature_not_supported';
  END IF;
  INSERT INTO pg_dist_partition VALUES (table_name, 'h', distribution_column, own_group, 's');
END $$;

CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO citus_calls (call) VALUES (format('copy %s to all', table_name));
  INSERT INTO pg_dist_partition VALUES (table_name, 'n', NULL, nextval('citus_groups'), 't');
END $$;

CREATE FUNCTION truncate_local_data_after_distributing_table(function_name regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = function_name) THEN
    RAISE EXCEPTION 'supplied parameter is not a distributed relation';
  END IF;
  INSERT INTO citus_calls (call) VALUES (format('clear %s', function_name));
END $$`;

/** Gives a database the stand-in. */
export async function installStandIn(db: Database): Promise<void> {
  await db.exec(STAND_IN);
}

/** Opens the database of a test beside the program. */
export async function withServer(
  url: string,
  body: (db: Database) => Promise<void>,
): Promise<void> {
  const db = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
  try {
    await body(db);
  } finally {
    await db.close();
  }
}

/** What the functions were called with, in order. */
export async function callsOf(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ call: string }>("SELECT call FROM citus_calls ORDER BY place");
  return rows.map(({ call }) => call);
}
