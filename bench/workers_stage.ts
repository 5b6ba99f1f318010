/** What the benchmark of workers stands on: wearers who are signed in, a server, and workers as processes. */
import { loadSettings, type Settings } from "../config/environment/settings.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { openPostgres } from "../lib/db/driver/postgres/open_postgres.ts";
import { migrate } from "../lib/db/migrate/migrate.ts";
import { generateTokenKey } from "../lib/db/vault/token_key.ts";
import type { ServeOptions } from "../simulator/mod.ts";
import { signIn } from "../tests/budget/support.ts";
import { Cluster } from "../tests/support/postgres.ts";
import { Program } from "../tests/support/program.ts";
import { childrenOf, processorTime } from "./program.ts";
import type { ProgramOptions } from "../tests/worker/worker_program.ts";

const WORKER = new URL("../tests/worker/worker_program.ts", import.meta.url);
const SIMULATOR = new URL("./workers_simulator.ts", import.meta.url);

/** How long Oura takes for an answer, in ms. */
export const LATENCY_MS = 150;

/** A fleet that is signed in and has no data yet. */
export interface FleetStage extends AsyncDisposable {
  readonly db: Database;
  readonly settings: Settings;
  /** Starts so many workers. */
  start(count: number, options: ProgramOptions): Promise<Program[]>;
  /** The processor time of the database server so far, in seconds. */
  serverTime(): Promise<number>;
  /** Requests that were answered, by status. */
  answers(): Promise<{ requests: number; byStatus: Record<string, number> }>;
}

/**
 * Opens a stage.
 * @param users Who is signed in; of one who is not in `world`, Oura refuses the token.
 */
export async function openFleetStage(
  world: ServeOptions,
  users: readonly { id: string }[],
): Promise<FleetStage> {
  const stack = new AsyncDisposableStack();
  const cluster = await Cluster.start({
    onDisk: true,
    settings: { fsync: "on", synchronous_commit: "on" },
  });
  stack.defer(() => cluster.remove());
  const faults = [{ kind: "latency", delayMs: LATENCY_MS, match: "usercollection" }];
  const oura = new Program(SIMULATOR, [JSON.stringify({ ...world, faults })]);
  stack.defer(() => oura.kill());
  const url = await oura.line();
  const directory = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  const environment = {
    OURA_CLIENT_ID: "sim-app",
    OURA_CLIENT_SECRET: "sim-secret",
    OURA_API_URL: url,
    OURA_TOKEN_URL: `${url}/oauth/v2/ext/oauth-token`,
    OURA_REVOKE_URL: `${url}/oauth/v2/ext/oauth-revoke`,
    OURA_DATA_DIR: directory,
    OURA_TOKEN_KEY: generateTokenKey().toBase64(),
    LOG_LEVEL: "error",
  };
  const settings = loadSettings(environment);
  const db = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
  stack.defer(() => db.close());
  await migrate(db);
  await signIn(settings, db, users.map(({ id }) => id));
  return {
    db,
    settings,
    start: (count, options) =>
      Promise.all(Array.from({ length: count }, async () => {
        const args = [cluster.url(), JSON.stringify(environment), JSON.stringify(options)];
        const worker = new Program(WORKER, args);
        await worker.line();
        return worker;
      })),
    serverTime: async () => {
      const file = `${cluster.address.directory}/data/postmaster.pid`;
      const [line] = (await Deno.readTextFile(file)).split("\n");
      const postmaster = Number(line);
      const running = childrenOf(postmaster).map((pid) => processorTime(pid));
      return running.reduce((sum, each) => sum + each, processorTime(postmaster, true));
    },
    answers: async () => await (await fetch(`${url}/_sim/stats`)).json(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
