/**
 * The queue on pg-boss, whose tables are in a schema of their own in the same database. The settings
 * are those that lost and blocked no job when they were tried: policy `stately` with the wearer as key,
 * polling instead of LISTEN, heartbeats.
 */
import { PgBoss } from "pg-boss";
import type { Database, Queryable } from "../../../lib/db/driver/database.ts";
import { hasSqlState, UNIQUE_VIOLATION } from "../../../lib/db/driver/errors/errors.ts";
import { DatabaseError, messageOf } from "../../../lib/errors.ts";
import { loggerOf } from "../../../lib/log/log.ts";
import type { JobKind, Slots, Urgency, WearerJob, WearerQueue } from "../queue.ts";
import { jobTable, QUEUE, queueSchema } from "../../../lib/db/store/jobs/job_queue.ts";
import { explainRefusal } from "./refused.ts";
import { sqlBridge } from "./sql_bridge.ts";

/** The priority of events, the highest that a column of the queue holds. The higher one is fetched first. */
const EVENTS = 2_147_483_647;
/** One step of priority between two syncs, in ms, so that all until the year 2106 have one. */
const STEP_MS = 2_000;
/** A worker that was killed is noticed after so many seconds. */
const HEARTBEAT_SECONDS = 10;
/** A first sync may wait for the rate limit for long; a live job proves it by its heartbeat. */
const LONGEST_JOB_SECONDS = 6 * 3_600;
/** Finished jobs say nothing that the runs do not say. */
const KEEP_FINISHED_SECONDS = 600;
/** Of creating the tables, beside other processes. */
const MOST_ATTEMPTS = 5;
/** How long a running job may take to end when the process stops, in ms. */
const STOP_MS = 25_000;

/** How the queue is opened. */
export interface QueueOptions {
  /** On a server best a pool of its own, with a limit for answers. It stays open. */
  readonly db: Database;
  /** Whether this process runs jobs, or only asks for them. */
  readonly runs: boolean;
  /** How often an idle slot looks for a job, in seconds; at least 0.5. @default 1 */
  readonly pollSeconds?: number;
}

/** The data of a job. */
interface JobData {
  readonly userId: string;
  readonly kind: JobKind;
}

/**
 * Opens the queue and creates its tables where they are missing.
 * @throws {DatabaseError} When the database cannot be used, or the role may not create the tables.
 */
export async function openBossQueue(options: QueueOptions): Promise<WearerQueue> {
  const { db, pollSeconds = 1 } = options;
  for (let attempt = 1;; attempt++) {
    try {
      return new BossQueue(await startBoss(options), db, pollSeconds);
    } catch (error) {
      // Processes that start at once on a new database all create the schema: one of them wins.
      const isBeaten = hasSqlState(error, UNIQUE_VIOLATION) && attempt < MOST_ATTEMPTS;
      if (!isBeaten) throw await explainRefusal(db, error);
    }
  }
}

async function startBoss({ db, runs }: QueueOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    db: sqlBridge(db),
    schema: queueSchema(db.schema),
    backend: db.kind,
    supervise: runs,
    monitorIntervalSeconds: 1,
    superviseIntervalSeconds: 1,
    maintenanceIntervalSeconds: 60,
    reindex: db.kind === "postgres",
    monitorVacuum: false,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  // Without a listener, the first lost connection would end the process.
  boss.on("error", (error) => {
    loggerOf("worker").warn("The queue cannot reach the database, and tries again: {problem}", {
      problem: messageOf(error),
    });
  });
  try {
    await boss.start();
    await boss.createQueue(QUEUE, {
      policy: "stately",
      retryLimit: 4,
      retryDelay: 15,
      retryBackoff: true,
      retryDelayMax: 600,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: LONGEST_JOB_SECONDS,
      deleteAfterSeconds: KEEP_FINISHED_SECONDS,
    });
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => {});
    throw causeOf(error);
  }
  return boss;
}

class BossQueue implements WearerQueue {
  constructor(
    private readonly boss: PgBoss,
    private readonly db: Database,
    private readonly pollSeconds: number,
  ) {}

  async ask(
    queryable: Queryable,
    userIds: readonly string[],
    urgency: Urgency,
  ): Promise<void> {
    const db = sqlBridge(queryable);
    // In one order, so that two transactions do not wait for each other.
    for (const userId of userIds.toSorted()) {
      const options = { db, singletonKey: userId, priority: priorityOf(urgency) };
      // `upsert` locks the waiting job until the transaction ends: no worker can start it before the
      // event is there to be seen. `send` leaves a waiting job as it is.
      const asked = urgency === "events"
        ? this.boss.upsert(QUEUE, { userId, kind: "events" }, { ...options, startAfter: 0 })
        : this.boss.send(QUEUE, { userId, kind: "sync" }, options);
      await asked.catch((error) => {
        throw causeOf(error);
      });
    }
  }

  async work({ general, events }: Slots, job: WearerJob): Promise<void> {
    const slots = [
      ...Array.from({ length: general }, () => ({})),
      ...Array.from({ length: events }, () => ({ minPriority: EVENTS })),
    ];
    for (const limits of slots) {
      const options = { ...limits, pollingIntervalSeconds: this.pollSeconds };
      const slot: string = await this.boss.work<JobData>(QUEUE, options, async ([taken]) => {
        if (!taken) return;
        await job(taken.data.userId, taken.signal, taken.data.kind);
        // There may be more to do: the next look need not wait for the interval.
        this.boss.notifyWorker(slot);
      });
    }
  }

  async takeFailed(): Promise<string[]> {
    const { rows } = await this.db.queryRaw<{ user_id: string }>(
      `DELETE FROM ${jobTable(this.db.schema)} WHERE name = $1 AND state = 'failed'
        RETURNING singleton_key AS user_id`,
      [QUEUE],
    );
    return [...new Set(rows.map(({ user_id }) => user_id))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.boss.stop({ graceful: true, timeout: STOP_MS });
  }
}

/** A sync that was put off for events, or by a crash, is asked for again and still has its place. */
function priorityOf(urgency: Urgency): number {
  if (urgency === "events") return EVENTS;
  const steps = Math.floor(urgency.syncDueAt.getTime() / STEP_MS);
  return Math.max(0, EVENTS - 1 - Math.max(0, steps));
}

/** Our own failure, which pg-boss wraps. */
function causeOf(error: unknown): unknown {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof DatabaseError) return each;
  }
  return error;
}
