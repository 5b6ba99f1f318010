/**
 * The rate budget of an app: one row that all processes on all machines share. Time is the server's,
 * in slots; a reserved request counts for the whole span of the budget, and for the time in which its
 * holder may still send it. What a killed process had reserved is free again when its slot has passed.
 */
import CLOSE from "../../../sql/queries/close_budget.sql" with { type: "text" };
import RESERVE from "../../../sql/queries/reserve_requests.sql" with { type: "text" };
import type { Database, Queryable } from "../driver/database.ts";
import { isTableTrouble } from "../driver/errors/error_reach.ts";
import { retryStatement } from "../driver/retry_transaction.ts";
import { DatabaseError } from "../../errors.ts";

/** Slots of a span. More would not say more; each is an entry of the row. */
const SLOTS = 30;
/**
 * Slots for which a reserved request counts. One more, because the newest slot has only begun; and one
 * more, because a reserved request may be sent half a slot later, and may then be on its way as long.
 */
const COUNTED_SLOTS = SLOTS + 2;

/** How much may be asked, and for how long it counts. */
export interface BudgetSize {
  readonly requests: number;
  readonly perMs: number;
}

/** Requests that were reserved and not sent, by the slot they were reserved in. */
export type Unused = ReadonlyMap<string, number>;

/** A reservation. */
export interface ReservedRequests {
  /** How many requests may be sent; 0 when there is nothing to have now. */
  readonly granted: number;
  /** Milliseconds for which they may be sent, from the moment of asking. */
  readonly validMs: number;
  /** The slot they were reserved in, for what is given back. */
  readonly slot: string;
  /** Requests that are left to others of the same rank. */
  readonly left: number;
  /** Milliseconds until some request can be had, if none was granted. */
  readonly retryAfterMs: number;
  /** Milliseconds that Oura asked some process to wait; 0 when none has to wait. */
  readonly closedMs: number;
}

/** The table of the budget refuses its row: no data type is to blame, and none may ask Oura. */
class RateBudgetError extends DatabaseError {
  constructor(cause: DatabaseError) {
    super(cause.code, `the rate budget of the app: ${cause.message}`, {
      hint: cause.hint ?? "Grant the role SELECT, INSERT and UPDATE on the table rate_budget.",
      cause,
    });
  }
}

type BudgetRow = {
  granted: number | null;
  slot: number;
  spent: Record<string, number>;
  closed_until: Date;
  asked_at: Date;
};

/** The shared budget of one app. */
export class StoredBudget {
  readonly #slotMs: number;

  constructor(
    private readonly db: Database,
    private readonly app: string,
    private readonly size: BudgetSize,
    private readonly signal?: AbortSignal,
  ) {
    this.#slotMs = slotMsOf(size);
  }

  /**
   * Reserves up to `wanted` requests while fewer than `most` are spent, and takes back `unused` ones.
   * @param evenly Whether, once half of `most` is spent, the rest is lent in equal parts over the span:
   * what is lent at once is also free again at once, and until then every wearer waits.
   * @throws {DatabaseError} When the database cannot be asked.
   */
  async reserve(
    wanted: number,
    most: number,
    unused: Unused,
    evenly = false,
  ): Promise<ReservedRequests> {
    // Reserved twice is safe, given back twice is not: what was taken back belongs to others now.
    let returned = unused;
    const ask = (db: Queryable) => {
      const once = returned;
      returned = new Map();
      return this.#ask(db, wanted, most, once, evenly);
    };
    const { signal } = this;
    let row = await retryStatement(this.db, ask, { signal });
    // The first one ever has made the row.
    if (row.granted === null) row = await retryStatement(this.db, ask, { signal });
    return reservationOf(row, row.granted ?? 0, most, this.#slotMs);
  }

  /** Gives unused requests back. After a failure they are free when their slot has passed. */
  async giveBack(unused: Unused): Promise<void> {
    await this.#ask(this.db, 0, 0, unused, false).catch(() => {});
  }

  /** Lets all processes wait, for as long as a request counts at most. */
  async close(ms: number): Promise<void> {
    const bounded = Math.min(ms, this.size.perMs);
    const values = [this.app, bounded, this.#slotMs];
    await retryStatement(this.db, (db) => db.query(CLOSE, values), { signal: this.signal });
  }

  async #ask(
    db: Queryable,
    wanted: number,
    most: number,
    unused: Unused,
    evenly: boolean,
  ): Promise<BudgetRow> {
    const returned = JSON.stringify(Object.fromEntries(unused));
    const values = [this.app, wanted, most, this.#slotMs, COUNTED_SLOTS, returned, evenly];
    try {
      return (await db.query<BudgetRow>(RESERVE, values)).rows[0]!;
    } catch (error) {
      throw isTableTrouble(error) && !error.retryable ? new RateBudgetError(error) : error;
    }
  }
}

function slotMsOf({ perMs }: BudgetSize): number {
  return Math.max(1, Math.ceil(perMs / SLOTS));
}

function reservationOf(
  { slot, spent, closed_until: closedUntil, asked_at: askedAt }: BudgetRow,
  granted: number,
  most: number,
  slotMs: number,
): ReservedRequests {
  const slots = Object.entries(spent).map(([of, requests]) => ({ of: Number(of), requests }))
    .sort((a, b) => a.of - b.of);
  const left = most - slots.reduce((sum, { requests }) => sum + requests, 0);
  let freed = left;
  const last = slots.find(({ requests }) => (freed += requests) > 0);
  // Where something is left, only this slot's part is used up.
  const nextSlot = (slot + 1) * slotMs - askedAt.getTime();
  const free = left > 0
    ? nextSlot
    : ((last?.of ?? slot) + COUNTED_SLOTS) * slotMs - askedAt.getTime();
  const closedMs = Math.max(0, closedUntil.getTime() - askedAt.getTime());
  return {
    granted,
    validMs: slotMs / 2,
    slot: String(slot),
    left: Math.max(0, left),
    retryAfterMs: granted > 0 ? 0 : Math.max(1, Math.ceil(free), closedMs),
    closedMs,
  };
}

/** Requests that each app may still send in the running span, by the name of the app. */
export async function budgetsLeft(db: Queryable, size: BudgetSize): Promise<Map<string, number>> {
  const { rows } = await db.query<{ app: string; spent: number }>(
    `SELECT app, coalesce((SELECT sum(value::integer) FROM jsonb_each_text(spent)
        WHERE key::bigint > floor(extract(epoch FROM clock_timestamp()) * 1000 / $1::integer) - $2::integer
      ), 0)::integer AS spent FROM oura.rate_budget ORDER BY app`,
    [slotMsOf(size), COUNTED_SLOTS],
  );
  return new Map(rows.map(({ app, spent }) => [app, Math.max(0, size.requests - spent)]));
}
