/** What is really in a database, to be held against what was reported and against the simulator. */
import assert from "node:assert/strict";
import type { Database } from "../../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
import { truth, TYPE_NAMES, type TypeName, type World } from "../../../simulator/mod.ts";
import { KEY_SEPARATOR } from "../../../pipelines/stages/key.ts";
import { canonical, stored } from "../../support/sync_world.ts";
import { addDays } from "../../../lib/values/days.ts";

/** Rows by table, each row as text. */
export type Contents = ReadonlyMap<string, readonly string[]>;

/** Tables that tell of runs and not of the wearer's data. */
const BOOKKEEPING = [
  "sync_runs",
  "sync_run_types",
  "sync_leases",
  "sync_windows",
  "oauth_tokens",
  "row_accounts",
];

/**
 * Every row of every table of data: documents with all their declared columns, the samples of their
 * series, revisions and rejects. Times and numbers given by the database itself are left out.
 */
export async function contentsOf(db: Database): Promise<Contents> {
  const { rows: tables } = await db.query<{ name: string; own: string[] }>(
    `SELECT table_name::text AS name,
      array_agg(column_name::text) FILTER (
        WHERE is_identity = 'YES'
          OR column_name IN ('created_at', 'updated_at', 'replaced_at', 'resolved_at', 'run_id')
      ) AS own
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = $1 AND table_type = 'BASE TABLE'
    GROUP BY table_name HAVING bool_or(column_name = 'user_id') ORDER BY table_name`,
    [db.schema],
  );
  const contents = new Map<string, string[]>();
  for (const { name, own } of tables) {
    if (BOOKKEEPING.includes(name)) continue;
    const { rows } = await db.query<{ row: string }>(
      `SELECT (to_jsonb(t) - $1::text[])::text AS row FROM oura.${q(name)} t ORDER BY 1`,
      [own ?? []],
    );
    contents.set(name, rows.map(({ row }) => row));
  }
  return contents;
}

/** The days of the ledger, one by one: `type day state`. How they came to be windows is left out. */
export async function ledgerDays(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ day: string }>(
    `SELECT DISTINCT concat_ws(' ', user_id, data_type, day::date, state) AS day
      FROM oura.sync_windows, generate_series(from_day::timestamp, to_day::timestamp, '1 day') AS day
      ORDER BY 1`,
  );
  return rows.map(({ day }) => day);
}

/** Everything an undisturbed run leaves behind. */
export interface Outcome {
  contents: Contents;
  ledger: readonly string[];
}

/** Reads an {@linkcode Outcome}. */
export async function outcomeOf(db: Database): Promise<Outcome> {
  return { contents: await contentsOf(db), ledger: await ledgerDays(db) };
}

/** Compares two outcomes document by document; says only how they differ. */
export function assertSame(actual: Outcome, expected: Outcome, where: string): void {
  assert.deepEqual([...actual.contents.keys()], [...expected.contents.keys()], `${where}: tables`);
  for (const [table, rows] of expected.contents) {
    assertSameRows(actual.contents.get(table)!, rows, `${where}: ${table}`);
  }
  assertSameRows(actual.ledger, expected.ledger, `${where}: ledger`);
}

function assertSameRows(actual: readonly string[], expected: readonly string[], where: string) {
  const [have, want] = [new Set(actual), new Set(expected)];
  const missing = [...want.difference(have)];
  const surplus = [...have.difference(want)];
  const difference = {
    rows: actual.length,
    missing: missing.length,
    surplus: surplus.length,
    example: (missing[0] ?? surplus[0])?.slice(0, 300),
  };
  const none = { rows: expected.length, missing: 0, surplus: 0, example: undefined };
  assert.deepEqual(difference, none, where);
}

/**
 * Nothing is reported as success that is not: every day the ledger calls done has all documents of
 * the simulator, in the table or in quarantine; a run that is called done had every type done, and
 * every type it calls done left no failed window.
 */
export async function assertHonest(
  db: Database,
  world: World,
  userId: string,
  where: string,
): Promise<void> {
  if (!await isMigrated(db)) return;
  for (const type of TYPE_NAMES) await assertLedgerHonest(db, world, userId, type, where);
  const { rows: lies } = await db.query(
    `SELECT r.id, r.state, r.exit_code, t.data_type, t.state AS type_state
      FROM oura.sync_runs r JOIN oura.sync_run_types t ON t.run_id = r.id
      WHERE (r.exit_code = 0) <> (r.state = 'done')
        OR (r.state = 'done' AND t.state = 'failed')
        OR (t.state = 'done' AND EXISTS (
          SELECT 1 FROM oura.sync_windows w WHERE w.run_id = r.id AND w.user_id = t.user_id
            AND w.data_type = t.data_type AND w.state = 'failed'
        ))`,
  );
  assert.deepEqual(lies, [], `${where}: run records`);
}

async function assertLedgerHonest(
  db: Database,
  world: World,
  userId: string,
  type: TypeName,
  where: string,
): Promise<void> {
  const { rows: windows } = await db.query<{ from: string; to: string }>(
    `SELECT from_day AS from, to_day AS to FROM oura.sync_windows
      WHERE user_id = $1 AND data_type = $2 AND state = 'done'`,
    [userId, type],
  );
  if (windows.length === 0) return;
  const have = await stored(db, type, userId);
  const { rows: rejects } = await db.query<{ document_key: string | null }>(
    "SELECT document_key FROM oura.rejects WHERE user_id = $1 AND data_type = $2",
    [userId, type],
  );
  const quarantined = new Set(
    rejects.map(({ document_key }) => document_key?.replace(KEY_SEPARATOR, "|")),
  );
  // Those without a key may be any.
  const anonymous = rejects.filter(({ document_key }) => document_key === null).length;
  for (const { from, to } of windows) {
    const missing = [...documentsOf(world, userId, type, from, to)]
      .filter(({ key, body }) => !have.has(canonical(body)) && !quarantined.has(key));
    const lie = `${where}: ${type} ${from}…${to} is called done without ${missing[0]?.key}`;
    assert.ok(missing.length <= anonymous, lie);
  }
}

/** Samples belong to UTC days, documents to local ones. */
function* documentsOf(world: World, user: string, type: TypeName, from: string, to: string) {
  const sampled = type === "heart_rate" || type === "ring_battery_level";
  const [first, last] = sampled ? [addDays(from, -1), addDays(to, 1)] : [from, to];
  for (const document of truth(world, { user, type, from: first, to: last })) {
    const day = document.key.slice(0, 10);
    if (!sampled || (day >= from && day <= to)) yield document;
  }
}

async function isMigrated(db: Database): Promise<boolean> {
  const { rows } = await db.query<{ there: boolean }>(
    "SELECT to_regclass($1) IS NOT NULL AS there",
    [`${q(db.schema)}.sync_run_types`],
  );
  return rows[0]!.there;
}

/** How the records of a wearer's runs ended, oldest first: state and exit code. */
export async function runRecords(
  db: Database,
): Promise<{ state: string; exit_code: number | null; error_code: string | null }[]> {
  const { rows } = await db.query<
    { state: string; exit_code: number | null; error_code: string | null }
  >("SELECT state, exit_code, error_code FROM oura.sync_runs ORDER BY id");
  return rows;
}
