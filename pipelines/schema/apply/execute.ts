/** Carries out the DDL of a plan. */
import ADD_CHANGES from "../../../sql/queries/add_column_changes.sql" with { type: "text" };
import REMEMBER from "../../../sql/queries/remember_objects.sql" with { type: "text" };
import type { Database, Queryable, Transaction } from "../../../lib/db/driver/database.ts";
import { retryTransaction } from "../../../lib/db/driver/retry_transaction.ts";
import { messageOf } from "../../../lib/errors.ts";
import type { Memory, Step } from "../plan/step.ts";
import type { ApplyLock } from "../apply_lock.ts";

/** What the execution of steps needs. */
export interface ExecuteOptions {
  turn: ApplyLock;
  /** SHA-256 of `oura.yaml`, for the record. */
  checksum: string;
  signal?: AbortSignal | undefined;
}

/**
 * A DDL statement queues behind long readers, and everybody else behind it: rather give up soon and
 * try again.
 */
const LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'";

/** Runs steps in order; neighbours on the same table share a transaction, up to their `swap`. */
export async function execute(
  db: Database,
  steps: readonly Step[],
  options: ExecuteOptions,
): Promise<void> {
  for (const group of grouped(steps)) {
    options.signal?.throwIfAborted();
    if (group[0]!.concurrent) await runConcurrently(db, group[0]!, options);
    else await runTogether(db, group, options);
  }
}

function* grouped(steps: readonly Step[]): Generator<Step[]> {
  let group: Step[] = [];
  for (const step of steps) {
    const last = group.at(-1);
    if (last && (step.concurrent || last.concurrent || step.table !== last.table)) {
      yield group;
      group = [];
    }
    group.push(step);
  }
  if (group.length > 0) yield group;
}

async function runTogether(
  db: Database,
  steps: readonly Step[],
  options: ExecuteOptions,
): Promise<void> {
  await transact(db, options, async (tx) => {
    const statements = steps.flatMap(({ sql }) => sql);
    if (statements.length > 0) await tx.exec(statements.join(";\n"));
    await keep(tx, steps.flatMap(({ remember }) => remember));
    const changes = steps.filter(({ sql, remember }) => sql.length + remember.length > 0);
    return await record(tx, changes, "done", options.checksum);
  });
}

/**
 * Runs DDL in one transaction that gives up soon where it must wait for a lock. A connection lost
 * during COMMIT leaves open whether it happened, and DDL cannot simply be run again as an upsert
 * can: the record of the changes, a part of the transaction, tells.
 * @param body Returns the ids of its changes in the record; none when it left everything as it was.
 * @returns Whether there were changes.
 */
export async function transact(
  db: Database,
  { turn, signal }: ExecuteOptions,
  body: (tx: Transaction) => Promise<readonly number[]>,
): Promise<boolean> {
  const attempted: number[] = [];
  try {
    return await retryTransaction(db, async (tx) => {
      await turn.require(tx);
      if (await isRecorded(tx, attempted)) return true;
      await tx.exec(LOCK_TIMEOUT);
      const changes = await body(tx);
      attempted.push(...changes);
      return changes.length > 0;
    }, signal ? { signal } : {});
  } catch (error) {
    // The server may have been at its COMMIT still when the statements were run again.
    if (await isRecorded(db, attempted).catch(() => false)) return true;
    throw error;
  }
}

async function isRecorded(db: Queryable, changes: readonly number[]): Promise<boolean> {
  if (changes.length === 0) return false;
  const { rows } = await db.query(
    "SELECT 1 FROM oura.column_changes WHERE id = ANY($1::bigint[]) LIMIT 1",
    [changes],
  );
  return rows.length > 0;
}

/**
 * Statements that refuse to run in a transaction. What is made is remembered before, what is dropped
 * is forgotten after: interrupted in between, the next plan has the step again.
 */
async function runConcurrently(db: Database, step: Step, options: ExecuteOptions): Promise<void> {
  const made = step.remember.filter((memory) => "put" in memory);
  const gone = step.remember.filter((memory) => !("put" in memory));
  const id = await db.transaction(async (tx) => {
    await options.turn.require(tx);
    await keep(tx, made);
    const [id] = await record(tx, [step], "running", options.checksum);
    return id!;
  });
  try {
    for (const statement of step.sql) await db.exec(statement);
  } catch (error) {
    await finish(db, id, messageOf(error));
    throw error;
  }
  await db.transaction(async (tx) => {
    await keep(tx, gone);
    await finish(tx, id, null);
  });
}

/** Lets `declared_objects` follow steps: what is renamed or gone first, then what is made. */
export async function keep(tx: Queryable, memories: readonly Memory[]): Promise<void> {
  const run = (sql: string, params: unknown[]) => tx.query(sql, params);
  const which = "WHERE kind = $1 AND table_name = $2 AND name = $3";
  const made: unknown[] = [];
  for (const memory of memories) {
    if ("put" in memory) {
      made.push({ ...memory.put, due: memory.refill });
    } else if ("move" in memory) {
      const { kind, table, name } = memory.move;
      const sql = `UPDATE oura.declared_objects SET name = $4, declared = true ${which}`;
      await run(sql, [kind, table, name, memory.to]);
    } else {
      const { kind, table, name } = memory.forget;
      await run(`DELETE FROM oura.declared_objects ${which}`, [kind, table, name]);
    }
  }
  if (made.length > 0) await run(REMEMBER, [JSON.stringify(made)]);
}

/** Writes changes into the record, and returns their ids there. */
export async function record(
  db: Queryable,
  steps: readonly Pick<Step, "description" | "sql">[],
  state: "running" | "done",
  checksum: string,
): Promise<number[]> {
  if (steps.length === 0) return [];
  const sqlOf = ({ sql, description }: Pick<Step, "description" | "sql">) =>
    sql.length === 0 ? `-- ${description}` : sql.map((statement) => `${statement};`).join("\n");
  const { rows } = await db.query<{ id: number }>(ADD_CHANGES, [
    checksum,
    state,
    steps.map(({ description }) => description),
    steps.map(sqlOf),
  ]);
  return rows.map(({ id }) => id);
}

async function finish(db: Queryable, id: number, error: string | null): Promise<void> {
  await db.query(
    `UPDATE oura.column_changes SET state = $2, finished_at = clock_timestamp(),
        error_message = $3 WHERE id = $1`,
    [id, error === null ? "done" : "failed", error],
  );
}
