/**
 * Where each table of the schema is, or should be, on a Citus cluster. Tables of wearers are
 * distributed by `user_id` and co-located, so that whatever concerns one wearer runs on one machine.
 * All others stay local on the coordinator. Reference tables, which Citus copies to every machine, are
 * for tables that are joined with distributed ones: no statement of ours joins them, and every write
 * to a reference table costs a commit on all machines.
 */
import DISTRIBUTED_TABLES from "../../../sql/queries/distributed_tables.sql" with { type: "text" };
import TABLES_WITH_SIZE from "../../../sql/queries/tables_with_size.sql" with { type: "text" };
import { DatabaseError, UsageError } from "../../errors.ts";
import type { Queryable } from "../driver/database.ts";
import { quoteIdentifier as q, quoteLiteral } from "../driver/identifiers.ts";
import { command } from "../../program_command.ts";

/** The column that says on which machine a row is. */
const DISTRIBUTION_COLUMN = "user_id";

/** All others are distributed beside it. */
const ANCHOR = "oauth_tokens";

/** Tables that stay local although they have a `user_id`, and why. */
export const LOCAL_WEARER_TABLES: Readonly<Record<string, string>> = {
  invitations: "found by its token, before its wearer is known",
};

/** A table and where it is. */
export interface Placement {
  readonly table: string;
  /** Where it is now. */
  readonly now: "distributed" | "local";
  /** Why it stays local; null where it belongs distributed. */
  readonly localBecause: string | null;
  /** Bytes of rows on the coordinator itself: those that will be moved, or that a move left behind. */
  readonly localBytes: number;
  /** What is still to be run. */
  readonly sql: readonly string[];
}

interface Found {
  readonly table: string;
  readonly has_wearer: boolean;
  readonly bytes: number;
  [column: string]: unknown;
}

interface Distributed {
  readonly table: string;
  readonly method: string;
  readonly column: string | null;
  readonly group: number;
  [column: string]: unknown;
}

/** Whether the database has the Citus extension. */
async function hasCitus(db: Queryable): Promise<boolean> {
  const { rows: [found] } = await db.query<{ present: boolean }>(
    `SELECT to_regclass('pg_dist_partition') IS NOT NULL
      AND EXISTS (SELECT 1 FROM pg_proc WHERE proname = 'create_distributed_table') AS present`,
  );
  return found!.present;
}

/**
 * Makes sure that there is something to distribute with.
 * @throws {UsageError} `CITUS_MISSING`.
 */
export async function requireCitus(
  db: Queryable & { readonly kind: "postgres" | "pglite"; readonly label: string },
): Promise<void> {
  if (db.kind === "pglite") {
    throw new UsageError("CITUS_MISSING", "The embedded database cannot be distributed.", {
      hint: "Set DATABASE_URL to the coordinator of a Citus cluster.",
    });
  }
  if (await hasCitus(db)) return;
  throw new UsageError("CITUS_MISSING", `${db.label}: the database has no Citus extension`, {
    hint: "Run this as a superuser on the coordinator and on each worker: CREATE EXTENSION citus;",
  });
}

/**
 * Reads where each table is, and what is still to be run, in the order to run it.
 * @throws {DatabaseError} `CITUS_LAYOUT` when a table is distributed in another way than ours.
 */
export async function readPlacements(db: Queryable): Promise<Placement[]> {
  const tables = await readTables(db);
  const distributed = await readDistributed(db);
  const anchor = anchorOf(tables, distributed);
  requireLayout(db.schema, tables, distributed, anchor);
  const isFirst = ({ table }: Found) => Number(table !== anchor);
  const ordered = tables.toSorted((a, b) => isFirst(a) - isFirst(b));
  return ordered.map(({ table, has_wearer, bytes }) => {
    const isDistributed = distributed.has(table);
    const localBecause = localReason(table, has_wearer);
    const belongs = localBecause === null;
    const move = belongs && !isDistributed ? [distribute(db.schema, table, anchor)] : [];
    const clear = belongs && bytes > 0 ? [clearLocal(db.schema, table)] : [];
    return {
      table,
      now: isDistributed ? "distributed" : "local",
      localBecause,
      localBytes: bytes,
      sql: [...move, ...clear],
    };
  });
}

/**
 * Tables of wearers that are not distributed although others are; none where nothing is. Changes
 * nothing, and costs one short query where there is no Citus.
 * @param upcoming Tables that are about to be made.
 */
export async function undistributedTables(
  db: Queryable,
  upcoming: readonly string[] = [],
): Promise<string[]> {
  if (!await hasCitus(db)) return [];
  const tables = await readTables(db);
  const distributed = await readDistributed(db);
  if (!tables.some(({ table }) => distributed.has(table))) return [];
  const existing = tables.filter(({ table, has_wearer }) =>
    localReason(table, has_wearer) === null && !distributed.has(table)
  );
  return [...existing.map(({ table }) => table), ...upcoming];
}

/** What to tell of such tables. */
export function undistributedNotice(tables: readonly string[]): string {
  return `Not distributed yet: ${tables.join(", ")}. Run ${command("migrate --citus")}; until ` +
    "then, " +
    "statements that also read distributed tables fail.";
}

function localReason(table: string, hasWearer: boolean): string | null {
  return hasWearer ? LOCAL_WEARER_TABLES[table] ?? null : "it has no wearer";
}

/** Tables without partitions, which follow their table. */
async function readTables(db: Queryable): Promise<Found[]> {
  const { rows } = await db.query<Found>(
    TABLES_WITH_SIZE,
    [db.schema, DISTRIBUTION_COLUMN],
  );
  return rows;
}

/** What Citus knows of the schema, by table. A table that Citus made local to itself counts as local. */
async function readDistributed(db: Queryable): Promise<Map<string, Distributed>> {
  const { rows } = await db.query<Distributed>(
    DISTRIBUTED_TABLES,
    [db.schema],
  );
  return new Map(rows.map((row) => [row.table, row]));
}

/** The table that the others are placed beside. */
function anchorOf(
  tables: readonly Found[],
  distributed: ReadonlyMap<string, Distributed>,
): string {
  if (distributed.has(ANCHOR)) return ANCHOR;
  return tables.find(({ table }) => distributed.has(table))?.table ?? ANCHOR;
}

function requireLayout(
  schema: string,
  tables: readonly Found[],
  distributed: ReadonlyMap<string, Distributed>,
  anchor: string,
): void {
  const group = distributed.get(anchor)?.group;
  for (const { table, has_wearer } of tables) {
    const found = distributed.get(table);
    if (!found || localReason(table, has_wearer) !== null) continue;
    const isHashed = found.method === "h" && found.column === DISTRIBUTION_COLUMN;
    if (isHashed && found.group === group) continue;
    throw new DatabaseError(
      "CITUS_LAYOUT",
      isHashed
        ? `${schema}.${table} is distributed, but not co-located with ${schema}.${anchor}`
        : `${schema}.${table} is distributed by something else than ${DISTRIBUTION_COLUMN}`,
      {
        hint: `Undo that: SELECT undistribute_table(${regclass(schema, table)}); then run ` +
          `${command("migrate --citus")} again. Some versions of Citus refuse that for a table ` +
          "with an " +
          "identity column: copy such a table to a new one.",
      },
    );
  }
}

function distribute(schema: string, table: string, anchor: string): string {
  const beside = table === anchor ? "'none'" : regclass(schema, anchor);
  return `SELECT create_distributed_table(${
    regclass(schema, table)
  }, '${DISTRIBUTION_COLUMN}', colocate_with => ${beside})`;
}

/** Citus copies the rows, and leaves the originals on the coordinator, where no query sees them. */
function clearLocal(schema: string, table: string): string {
  return `SELECT truncate_local_data_after_distributing_table(${regclass(schema, table)})`;
}

function regclass(schema: string, table: string): string {
  const name = (part: string) => /^[a-z_][a-z0-9_]*$/.test(part) ? part : q(part);
  return quoteLiteral(`${name(schema)}.${name(table)}`).trim();
}
