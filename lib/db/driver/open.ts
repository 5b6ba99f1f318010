import type { ConnectionSettings } from "./connection.ts";
import type { Database } from "./database.ts";

/** How a database is opened, whichever kind it is. */
export interface OpenOptions {
  /** SQL schema of all tables. */
  schema: string;
  /** Connections at most, on a server. */
  poolSize?: number;
  /** Whether a missing embedded database is made; else it looks empty. @default true */
  create?: boolean;
  /**
   * How long a server may take to answer a statement, in ms: a connection that a router has forgotten
   * would never answer. @default No limit
   */
  answerTimeoutMs?: number;
  /** How long to wait for another process that has the embedded one open, in ms. @default 0 */
  patienceMs?: number;
}

/**
 * Opens the database the settings name. The adapter is loaded on demand: a sync to a server pays
 * nothing for PGlite, nor the other way round.
 * @throws {UsageError} When the connection URL cannot be read.
 * @throws {DatabaseError} When the database cannot be reached, refuses the sign-in or is in use.
 */
export async function openDatabase(
  connection: ConnectionSettings,
  options: OpenOptions,
): Promise<Database> {
  if (connection.kind === "embedded") {
    const { openPglite } = await import("./pglite/open_pglite.ts");
    const { schema, create = true, patienceMs = 0 } = options;
    return await openPglite({ directory: connection.directory, schema, create, patienceMs });
  }
  const { openPostgres } = await import("./postgres/open_postgres.ts");
  return await openPostgres(connection, options);
}
