/**
 * Leases: who is syncing a wearer's data type right now. Rows with an expiry instead of session
 * locks, so that they work through a pooler and outlive no dead process. All times are the
 * database's, so that the clocks of the workers do not matter.
 */
import ACQUIRE from "../../../sql/queries/acquire_leases.sql" with { type: "text" };
import RENEW from "../../../sql/queries/renew_leases.sql" with { type: "text" };
import type { Life } from "../../process/process_lock.ts";
import { sleep } from "../../process/sleep.ts";
import type { Database, Queryable } from "../driver/database.ts";
import { retryStatement, retryTransaction } from "../driver/retry_transaction.ts";

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
  /**
   * Time without a renewal after which others may take over, in seconds; renewed three times as
   * often. @default 30
   */
  ttlSeconds?: number | undefined;
  /** Whether a holder still runs, where that can be told: saves waiting for its lease to expire. */
  lifeOf?: (holder: string) => Promise<Life>;
  /** Told when renewals find a lease in other hands. */
  onLost?: (dataTypes: string[]) => void;
  /** Ends the waiting for holders that may or may not be alive. */
  signal?: AbortSignal | undefined;
}

/** Leases this process holds, renewed in the background until released. */
export interface Leases extends AsyncDisposable {
  readonly held: ReadonlySet<string>;
  /** Asked for, but held by others. */
  readonly busy: readonly HeldLease[];
  /** Whether a lease is still ours; checked in the transaction that writes the ledger. */
  stillHeld(tx: Queryable, dataType: string): Promise<boolean>;
  /** Gives one lease back early: with the next renewal, which costs no round trip of its own. */
  release(dataType: string): void;
}

/**
 * Takes what is free of the asked leases. For the others it waits just as long as it takes to tell a
 * live holder, who renews, from a dead one, whose leases expire.
 * @throws The reason of `signal`, when it ends the waiting.
 */
export async function acquireLeases(
  db: Database,
  userId: string,
  dataTypes: readonly string[],
  options: LeaseOptions,
): Promise<Leases> {
  const { holder, ttlSeconds = 30, onLost = () => {} } = options;
  // What cannot be given back expires by itself; the run is no worse for it.
  const remove = async (names: readonly string[]) => {
    const sql =
      "DELETE FROM oura.sync_leases WHERE user_id = $1 AND data_type = ANY ($2::text[]) AND holder = $3";
    await retryStatement(db, (each) => each.query(sql, [userId, names, holder])).catch(() => {});
  };
  const settled = settle(db, userId, dataTypes, { ...options, ttlSeconds });
  const { held, busy } = await settled.catch(async (error) => {
    await remove(dataTypes);
    throw error;
  });

  const released: string[] = [];
  const renew = async () => {
    if (released.length > 0) await remove(released.splice(0));
    if (held.size === 0) return;
    const renewed = await db.query<{ data_type: string }>(RENEW, [
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
  const timer = setInterval(() => {
    renewal = renewal.then(renew).catch(() => {});
  }, ttlSeconds * 1000 / 3);

  return {
    held,
    busy,
    async stillHeld(tx, dataType) {
      const { rows } = await tx.query(
        `SELECT 1 FROM oura.sync_leases
          WHERE user_id = $1 AND data_type = $2 AND holder = $3 FOR SHARE`,
        [userId, dataType, holder],
      );
      return rows.length === 1;
    },
    release(dataType) {
      if (held.delete(dataType)) released.push(dataType);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await renewal;
      const rest = [...held, ...released];
      held.clear();
      if (rest.length > 0) await remove(rest);
    },
  };
}

/** How often a holder is looked at while it is unclear whether it lives. */
const LOOK_MS = 250;

async function settle(
  db: Database,
  userId: string,
  dataTypes: readonly string[],
  { holder, ttlSeconds, signal, lifeOf = () => Promise.resolve("unknown") }: LeaseOptions & {
    ttlSeconds: number;
  },
): Promise<{ held: Set<string>; busy: HeldLease[] }> {
  const held = new Set<string>();
  const firstExpiry = new Map<string, number>();
  const lives = new Map<string, Life>();
  for (;;) {
    const missing = dataTypes.filter((name) => !held.has(name));
    if (missing.length === 0) return { held, busy: [] };
    const { taken, busy } = await retryTransaction(db, async (tx) => {
      const { rows } = await tx.query<{ data_type: string }>(ACQUIRE, [
        userId,
        missing,
        holder,
        ttlSeconds,
      ]);
      const taken = rows.map((row) => row.data_type);
      const rest = missing.filter((name) => !taken.includes(name));
      return { taken, busy: await heldByOthers(tx, userId, rest) };
    });
    for (const name of taken) held.add(name);
    let undecided = false;
    for (const lease of busy) {
      const life = lives.get(lease.holder) ?? await lifeOf(lease.holder);
      lives.set(lease.holder, life);
      if (life === "dead") await retryTransaction(db, (tx) => forget(tx, lease.holder));
      const key = `${lease.dataType} ${lease.holder}`;
      const expiry = lease.expires.getTime();
      if (!firstExpiry.has(key)) firstExpiry.set(key, expiry);
      // Unknown and not renewed since the first look: dead, or not due yet.
      undecided ||= life !== "alive" && firstExpiry.get(key) === expiry;
    }
    if (!undecided) return { held, busy };
    await sleep(LOOK_MS, signal);
  }
}

async function forget(db: Queryable, holder: string): Promise<void> {
  await db.query("DELETE FROM oura.sync_leases WHERE holder = $1", [holder]);
}

async function heldByOthers(
  db: Queryable,
  userId: string,
  dataTypes: readonly string[],
): Promise<HeldLease[]> {
  if (dataTypes.length === 0) return [];
  const { rows } = await db.query<
    { data_type: string; holder: string; acquired_at: Date; expires_at: Date }
  >(
    `SELECT data_type, holder, acquired_at, expires_at FROM oura.sync_leases
      WHERE user_id = $1 AND data_type = ANY ($2::text[]) ORDER BY data_type`,
    [userId, dataTypes],
  );
  return rows.map((row) => ({
    dataType: row.data_type,
    holder: row.holder,
    since: row.acquired_at,
    expires: row.expires_at,
  }));
}
