/** Only one process changes the tables at a time. The others wait for it, or say who it is. */
import type { Database } from "../../lib/db/driver/database.ts";
import { acquireLeases, type HeldLease, type Leases } from "../../lib/db/store/leases.ts";
import { BusyError } from "../../lib/errors.ts";
import type { Life } from "../../lib/process/process_lock.ts";
import { sleep } from "../../lib/process/sleep.ts";

/** The lease of the declared columns stands beside those of wearers and data types. */
const OWNER = "*";
const LEASE = "columns";
/** After a crash the next `apply` may wait this long, so it is short. */
const TTL_SECONDS = 15;
const POLL_MS = 250;

/** Options of {@linkcode acquireApplyLock}. */
export interface ApplyLockOptions {
  /** Names this process. @default its id and a random part */
  holder?: string;
  /** Whether a holder still runs, where that can be told. */
  lifeOf?: ((holder: string) => Promise<Life>) | undefined;
  /** How long to wait for another process, in milliseconds. @default 20000 */
  waitMs?: number;
  /** Told once when another process is at work. */
  onWait?: (other: HeldLease) => void;
  signal?: AbortSignal | undefined;
}

/** The turn of this process, until disposed of. */
export interface ApplyLock extends AsyncDisposable {
  /**
   * Makes sure, inside a transaction, that the turn was not lost to another process.
   * @throws {BusyError} When it was.
   */
  require(tx: Parameters<Leases["stillHeld"]>[0]): Promise<void>;
}

/**
 * Takes the turn, waiting for a process that has it.
 * @throws {BusyError} When it is still at work after `waitMs`.
 */
export async function acquireApplyLock(
  db: Database,
  options: ApplyLockOptions,
): Promise<ApplyLock> {
  const { holder = `${Deno.pid} ${crypto.randomUUID()}`, waitMs = 20_000, onWait = () => {} } =
    options;
  const lease = {
    holder,
    ttlSeconds: TTL_SECONDS,
    ...(options.lifeOf ? { lifeOf: options.lifeOf } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  };
  for (let waited = 0;; waited += POLL_MS) {
    const leases = await acquireLeases(db, OWNER, [LEASE], lease);
    if (leases.held.has(LEASE)) return turnOf(leases);
    await leases[Symbol.asyncDispose]();
    const other = leases.busy[0];
    if (waited >= waitMs) throw busy(other);
    if (waited === 0 && other) onWait(other);
    await sleep(POLL_MS, options.signal);
  }
}

function turnOf(leases: Leases): ApplyLock {
  return {
    async require(tx) {
      if (!await leases.stillHeld(tx, LEASE)) throw busy(undefined);
    },
    [Symbol.asyncDispose]: () => leases[Symbol.asyncDispose](),
  };
}

function busy(other: HeldLease | undefined): BusyError {
  const who = other ? ` (${other.holder}, since ${other.since.toISOString()})` : "";
  return new BusyError("APPLY_BUSY", `another process is changing the tables${who}`, {
    hint: "Nothing is lost: it does the same work. Run again when it is done.",
  });
}
