/** Distributes the tables of wearers over a Citus cluster. */
import { BusyError, DatabaseError, messageOf } from "../../errors.ts";
import type { Database } from "../driver/database.ts";
import { hasSqlState } from "../driver/errors/errors.ts";
import { type Placement, readPlacements, requireCitus } from "./placement.ts";

/** What Citus answers about a table it cannot take: a feature, or a definition. */
const REFUSALS = ["0A000", "42P16", "42P17"];

/** How {@linkcode distributeTables} is watched. */
export interface DistributeOptions {
  /** Called before the statements of a table run. */
  readonly onTable?: (placement: Placement) => void;
}

/**
 * Distributes by `user_id` what is not distributed yet, table by table, each with its rows. Call it
 * again after an interruption: it continues. A table is locked while its rows are copied.
 * @returns Where each table was found, with the statements that were run.
 * @throws {UsageError} `CITUS_MISSING`.
 * @throws {DatabaseError} `CITUS_LAYOUT`, `CITUS_REFUSED`, or what else the database answers.
 * @throws {BusyError} `CITUS_BUSY` while a sync runs: its statements would meet tables of both kinds.
 */
export async function distributeTables(
  db: Database,
  { onTable = () => {} }: DistributeOptions = {},
): Promise<Placement[]> {
  await requireCitus(db);
  const placements = await readPlacements(db);
  if (placements.some(({ sql }) => sql.length > 0)) await requireQuiet(db);
  for (const placement of placements) {
    if (placement.sql.length > 0) onTable(placement);
    await carryOut(db, placement);
  }
  return placements;
}

async function carryOut(db: Database, { table, sql }: Placement): Promise<void> {
  try {
    // As they are: the driver must not look for our schema in them.
    for (const statement of sql) await db.queryRaw(statement);
  } catch (error) {
    if (!REFUSALS.some((state) => hasSqlState(error, state))) throw error;
    throw new DatabaseError("CITUS_REFUSED", `${db.schema}.${table}: ${messageOf(error)}`, {
      hint: "A unique index, a key or a foreign key that you added may lack user_id. Drop it, or " +
        "add user_id to it, and run the command again.",
      cause: error,
    });
  }
}

async function requireQuiet(db: Database): Promise<void> {
  const { rows } = await db.query<{ holder: string }>(
    "SELECT holder FROM oura.sync_leases WHERE expires_at > clock_timestamp() LIMIT 1",
  );
  if (rows.length === 0) return;
  throw new BusyError("CITUS_BUSY", `A sync is running: ${rows[0]!.holder}. Nothing was moved.`, {
    hint: "Stop every schedule and worker, wait for the syncs that run, and repeat the command.",
  });
}
