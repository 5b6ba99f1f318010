/** Many wearers of a simulated Oura on a server, and workers as processes beside them. */
import { isServed, type Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import type { RunningSimulator, ServeOptions } from "../../simulator/mod.ts";
import { withSettings } from "../budget/support.ts";
import { Program } from "../support/program.ts";
import { withPostgres } from "../support/server_database.ts";
import { withSimulator } from "../support/sync_world.ts";
import type { ProgramOptions } from "./worker_program.ts";

const PROGRAM = new URL("./worker_program.ts", import.meta.url);

/** What a test of a fleet gets. */
export interface Fleet {
  readonly db: Database;
  readonly url: string;
  readonly oura: RunningSimulator;
  readonly environment: Readonly<Record<string, string>>;
  /** Starts a worker, and waits until it runs. */
  start(options: ProgramOptions, changed?: StartOptions): Promise<Program>;
}

/** How a worker is started. */
export interface StartOptions {
  /** @default The server itself */
  readonly url?: string;
  /** For `deno run`. */
  readonly flags?: readonly string[];
}

/** Makes a fleet for the length of `body`: all wearers are signed in. */
export async function withFleet(
  world: ServeOptions,
  body: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  const onServer = (db: Database, url: string) =>
    withSimulator(world, (oura) =>
      withSettings(oura, db, (_, given) => {
        const environment = { ...given, ...portalOf(oura) };
        return body({
          db,
          url,
          oura,
          environment,
          async start(options, { url: way = url, flags = [] } = {}) {
            const args = [way, JSON.stringify(environment), JSON.stringify(options)];
            const program = new Program(PROGRAM, args, flags);
            await program.line();
            return program;
          },
        });
      }));
  await withPostgres("oura", onServer, { applied: true });
}

/** Where sign-ins are refreshed and ended. */
function portalOf({ url }: RunningSimulator): Record<string, string> {
  return {
    OURA_AUTHORIZE_URL: `${url}/oauth/v2/ext/oauth-authorize`,
    OURA_TOKEN_URL: `${url}/oauth/v2/ext/oauth-token`,
    OURA_REVOKE_URL: `${url}/oauth/v2/ext/oauth-revoke`,
  };
}

/** Ends workers in order. */
export async function stop(workers: readonly Program[]): Promise<number[]> {
  await Promise.all(workers.map((worker) => worker.goOn()));
  return await Promise.all(workers.map(async (worker) => (await worker.ended()).code));
}

/** Runs of workers, in the order in which they began. */
export interface WorkerRun extends Record<string, unknown> {
  readonly user_id: string;
  readonly state: string;
  readonly requests: number;
  readonly exit_code: number | null;
}

/** The runs that workers recorded. */
export async function workerRuns(db: Database): Promise<WorkerRun[]> {
  const { rows } = await db.query<WorkerRun>(
    `SELECT user_id, state, requests, exit_code FROM oura.sync_runs
      WHERE command = 'worker' ORDER BY id`,
  );
  return rows;
}

/** What all tables of data types hold, as one text for each table. */
export async function contents(
  db: Database,
  { types }: Pipeline,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { name } of types.filter(isServed)) {
    const { rows } = await db.query<{ rows: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(line, '' ORDER BY line)), '') AS rows
        FROM (SELECT user_id || raw_data::text AS line FROM oura.${quoteIdentifier(name)}
          WHERE deleted_at IS NULL) AS each`,
    );
    found.set(name, rows[0]!.rows);
  }
  return found;
}
