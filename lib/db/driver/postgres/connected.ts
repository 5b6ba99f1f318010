/** Members of the driver's connections that its types leave out. Source: pg 8.23, lib/client.js. */
import type pg from "pg";

/** A connection of a pool. */
export interface Connected {
  readonly host: string;
  readonly port: number;
  readonly ssl: pg.ConnectionConfig["ssl"] | false;
  readonly processID: number;
  readonly secretKey: number;
  /** The running statement. */
  readonly _activeQuery: { readonly text?: string } | null;
  /** While a statement runs, it closes the socket without a goodbye. */
  end(): Promise<void>;
}

/** The connections of a pool that are in use. */
export function connectionsInUse(pool: pg.Pool): ReadonlySet<Connected> {
  const busy = new Set<Connected>();
  pool.on("acquire", (client) => busy.add(connected(client)));
  pool.on("release", (_, client) => busy.delete(connected(client)));
  return busy;
}

function connected(client: pg.PoolClient): Connected {
  return client as unknown as Connected;
}
