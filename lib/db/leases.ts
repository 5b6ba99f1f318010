/**
 * Leases: who is syncing a wearer's data type right now. Rows with an expiry instead of session
 * locks, so that they work through a pooler and outlive no dead process. All times are the
 * database's, so that the clocks of the workers do not matter.
 */
import ACQUIRE from "../../sql/queries/acquire_leases.sql" with { type: "text" };
import RENEW from "../../sql/queries/renew_leases.sql" with { type: "text" };
import type { Database, Queryable } from "./database.ts";
import { inSchema } from "./identifiers.ts";

/** A lease in other hands. */
export interface HeldLease {
  dataType: string;
  /** Who: host, process id and run, for people. */
  holder: string;
  since: Date;
  expires: Date;
}

/** Options of {@linkcode acquireLeases}. */
export interface LeaseOptions {
  /** Names this process and run. */
  holder: string;
  /** Time without a renewal after which others may take over, in seconds. @default 90 */
  ttlSeconds?: number;
  /** Told when renewals find a lease in other hands. */
  onLost?: (dataTypes: string[]) => void;
}

/** Leases this process holds, renewed in the background until released. */
export interface Leases extends AsyncDisposable {
  readonly held: ReadonlySet<string>;
  /** Asked for, but held by others. */
  readonly busy: readonly HeldLease[];
  /** Whether a lease is still ours; checked in the transaction that writes the ledger. */
  stillHeld(tx: Queryable, dataType: string): Promise<boolean>;
  /** Gives one lease back early. */
  release(dataType: string): Promise<void>;
}

/** Takes what is free of the asked leases, without waiting. */
export async function acquireLeases(
  db: Database,
  userId: string,
  dataTypes: readonly string[],
  options: LeaseOptions,
): Promise<Leases> {
  const { holder, ttlSeconds = 90, onLost = () => {} } = options;
  const { rows } = await db.query<{ data_type: string }>(inSchema(ACQUIRE, db.schema), [
    userId,
    dataTypes,
    holder,
    ttlSeconds,
  ]);
  const held = new Set(rows.map((row) => row.data_type));
  const missing = dataTypes.filter((name) => !held.has(name));
  const busy = missing.length === 0 ? [] : await heldByOthers(db, userId, missing);

  const renew = async () => {
    if (held.size === 0) return;
    const renewed = await db.query<{ data_type: string }>(inSchema(RENEW, db.schema), [
      userId,
      [...held],
      holder,
      ttlSeconds,
    ]);
    const still = new Set(renewed.rows.map((row) => row.data_type));
    const lost = [...held].filter((name) => !still.has(name));
    for (const name of lost) held.delete(name);
    if (lost.length > 0) onLost(lost);
  };
  // A renewal that fails is not lost: the next one, or the check before the ledger, decides.
  let renewal = Promise.resolve();
  const timer = setInterval(() => renewal = renew().catch(() => {}), ttlSeconds * 1000 / 3);

  const remove = (names: readonly string[]) =>
    db.query(
      inSchema(
        "DELETE FROM oura.sync_leases WHERE user_id = $1 AND data_type = ANY ($2::text[]) AND holder = $3",
        db.schema,
      ),
      [userId, names, holder],
    );

  return {
    held,
    busy,
    async stillHeld(tx, dataType) {
      const { rows } = await tx.query(
        inSchema(
          `SELECT 1 FROM oura.sync_leases
          WHERE user_id = $1 AND data_type = $2 AND holder = $3 FOR SHARE`,
          tx.schema,
        ),
        [userId, dataType, holder],
      );
      return rows.length === 1;
    },
    async release(dataType) {
      if (held.delete(dataType)) await remove([dataType]);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await renewal;
      const rest = [...held];
      held.clear();
      if (rest.length > 0) await remove(rest);
    },
  };
}

async function heldByOthers(
  db: Queryable,
  userId: string,
  dataTypes: readonly string[],
): Promise<HeldLease[]> {
  const { rows } = await db.query<
    { data_type: string; holder: string; acquired_at: Date; expires_at: Date }
  >(
    inSchema(
      `SELECT data_type, holder, acquired_at, expires_at FROM oura.sync_leases
      WHERE user_id = $1 AND data_type = ANY ($2::text[]) ORDER BY data_type`,
      db.schema,
    ),
    [userId, dataTypes],
  );
  return rows.map((row) => ({
    dataType: row.data_type,
    holder: row.holder,
    since: row.acquired_at,
    expires: row.expires_at,
  }));
}
