/** A simulated Oura, a directory with a configuration, and a database: all that a sync needs. */
import { join } from "node:path";
import SHIPPED from "../../../config/oura.yaml" with { type: "text" };
import type { Database } from "../../../lib/db/driver/database.ts";
import { openPglite } from "../../../lib/db/driver/pglite/open_pglite.ts";
import { openPostgres } from "../../../lib/db/driver/postgres/open_postgres.ts";
import {
  type RunningSimulator,
  type ServeOptions,
  serveSimulator,
} from "../../../simulator/mod.ts";
import { putDatabase } from "../../support/embedded_image.ts";
import { asSuperuser, type ClusterAddress, sharedCluster, urlOf } from "../../support/postgres.ts";
import { LOCK_PATIENCE_MS } from "../../support/program.ts";
import { appliedTemplate, DEFAULT_SCHEMA } from "../../support/server_database.ts";
import { SOAK } from "../../support/soak.ts";
import { PgBouncer } from "./pgbouncer.ts";
import type { Surroundings } from "./sync_program.ts";

/** The wearer of the fault suite, at home in London. */
export const WEARER = "wearer-1";

/** Days of the first sync: few, so that a run is short, in windows of two, so that it has parts. */
export const INITIAL_DAYS = 4;

/** The shipped configuration with short windows. */
export const SHORT_WINDOWS = SHIPPED
  .replace("initial: 90d", `initial: ${INITIAL_DAYS}d`)
  .replace("lookback: 7d", "lookback: 2d")
  .replaceAll(
    "window: { initial: 90d, lookback: 3d, chunk: 30d }",
    `window: { initial: ${INITIAL_DAYS}d, lookback: 2d, chunk: 4d }`,
  );

/** A server's port, one behind PgBouncer in transaction mode, or no server at all. */
export type Way = "direct" | "PgBouncer" | "PGlite";

/** The ways to a server. */
export const TO_SERVER = ["direct", "PgBouncer"] as const satisfies Way[];

/** Every way to a server in the soak; with a push one of them, which the test names. */
export function waysTo(server: typeof TO_SERVER[number]): readonly (typeof TO_SERVER[number])[] {
  return SOAK ? TO_SERVER : [server];
}

/** What a stage is made of. */
export interface StageOptions {
  simulator?: ServeOptions;
  /** Text of `oura.yaml`. @default {@linkcode SHORT_WINDOWS} */
  config?: string;
  /** How the program reaches its database. @default "direct" */
  way?: Way;
  /** Settings of PgBouncer, where that is the way. @default its own */
  pooler?: Readonly<Record<string, string>>;
  /** The server of the database. @default the shared one */
  cluster?: ClusterAddress;
  /**
   * Whether the database begins without tables, so that the first sync makes them. It always does
   * on a server of the test's own.
   * @default false
   */
  isEmpty?: boolean;
  /** Statements for the new database, as superuser. */
  prepare?: (database: string) => readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** A stage in use. */
export interface Stage extends Surroundings {
  readonly simulator: RunningSimulator;
  /** The server and the name of the database; meaningless with PGlite. */
  readonly server: { readonly address: ClusterAddress; readonly database: string };
  /** Null where the way is another one. */
  readonly bouncer: PgBouncer | null;
  /** Opens the database for a look, while no program has the embedded one open. */
  look<T>(body: (db: Database) => Promise<T>): Promise<T>;
}

/** Sets a stage for the length of `body`. */
export async function withStage(
  options: StageOptions,
  body: (stage: Stage) => Promise<void>,
): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-faults-" });
  cleanup.defer(() => Deno.remove(directory, { recursive: true }));
  await Deno.writeTextFile(join(directory, "oura.yaml"), options.config ?? SHORT_WINDOWS);
  const simulator = serveSimulator({
    users: [{ id: WEARER }],
    days: INITIAL_DAYS,
    ...options.simulator,
  });
  cleanup.defer(() => simulator.close());
  const { way = "direct", isEmpty = options.cluster !== undefined } = options;
  const address = options.cluster ?? await sharedCluster();
  const database = `fault_${crypto.randomUUID().replaceAll("-", "")}`;
  const embedded = join(directory, "data", "database");
  if (way === "PGlite") {
    if (!isEmpty) await putDatabase(embedded);
  } else {
    const template = isEmpty ? "template1" : await appliedTemplate(DEFAULT_SCHEMA);
    await asSuperuser(address, [
      `CREATE DATABASE ${database} TEMPLATE ${template}`,
      ...options.prepare?.(database) ?? [],
    ]);
    // A pooler keeps connections that are no longer used.
    cleanup.defer(() => asSuperuser(address, [`DROP DATABASE ${database} WITH (FORCE)`]));
  }
  const bouncer = way === "PgBouncer"
    ? cleanup.use(await PgBouncer.start(address, options.pooler))
    : null;
  const entrance = { ...address, port: bouncer?.port ?? address.port };
  await body({
    directory,
    env: {
      OURA_API_URL: simulator.url,
      OURA_ACCESS_TOKEN: `sim-${WEARER}`,
      OURA_DATA_DIR: join(directory, "data"),
      ...(way === "PGlite" ? {} : { DATABASE_URL: urlOf(entrance, database) }),
      ...options.env,
    },
    simulator,
    server: { address, database },
    bouncer,
    async look(use) {
      const db = way === "PGlite"
        ? await openPglite({ directory: embedded, schema: "oura", patienceMs: LOCK_PATIENCE_MS })
        : await openPostgres({ kind: "url", url: urlOf(address, database) }, {
          schema: "oura",
          poolSize: 2,
        });
      try {
        return await use(db);
      } finally {
        await db.close();
      }
    },
  });
}

/**
 * The program's clock is the real one, and a UTC day that begins in the middle of a test moves what
 * is to fetch. Waits for it where it is that near: a suite looks when it is loaded, and takes minutes.
 */
export async function awayFromMidnight(): Promise<void> {
  const room = 600_000;
  const left = 86_400_000 - Date.now() % 86_400_000;
  if (left < room) await new Promise((resolve) => setTimeout(resolve, left + 1_000));
}
