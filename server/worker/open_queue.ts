/** Opens the queue where the settings say, with connections of its own on a server. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { openDatabase } from "../../lib/db/driver/open.ts";
import { checkJobServer } from "../../lib/db/driver/postgres/server_check.ts";
import { openBossQueue } from "./boss/boss_queue.ts";
import type { WearerQueue } from "./queue.ts";

/** Polls, heartbeats and maintenance are short statements. */
const CONNECTIONS = 2;
/** A connection that the network has lost never answers; the queue must notice. */
const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Opens the queue.
 * @param db The database of the tables; an embedded one holds the queue too.
 * @param runs Whether this process runs jobs, or only asks for them.
 * @throws {DatabaseError} `DATABASE_TOO_OLD_FOR_JOBS` below PostgreSQL 13; when the role may not create
 * the tables of the queue; when the database is away.
 */
export async function openQueue(
  { connection }: Settings,
  db: Database,
  runs: boolean,
): Promise<WearerQueue> {
  await checkJobServer(db);
  if (connection.kind === "embedded") return await openBossQueue({ db, runs });
  await using stack = new AsyncDisposableStack();
  const own = await openDatabase(connection, {
    schema: db.schema,
    poolSize: CONNECTIONS,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
  });
  stack.defer(() => own.close());
  const queue = stack.use(await openBossQueue({ db: own, runs }));
  const opened = stack.move();
  return {
    ask: (...asked) => queue.ask(...asked),
    work: (...work) => queue.work(...work),
    takeFailed: () => queue.takeFailed(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
