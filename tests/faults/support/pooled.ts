/** A database of one's own behind PgBouncer in transaction mode. */
import type { Database } from "../../../lib/db/driver/database.ts";
import { openPostgres } from "../../../lib/db/driver/postgres/open_postgres.ts";
import { sharedCluster, urlOf } from "../../support/postgres.ts";
import { withPostgres } from "../../support/server_database.ts";
import { onServerFirst } from "../../support/server_first.ts";
import { PgBouncer } from "./pgbouncer.ts";

/** Runs `body` on a database with tables and columns that is reached through the pooler only. */
export function withPooledPostgres(
  body: (db: Database, url: string) => Promise<void>,
): Promise<void> {
  return withPostgres("oura", async (_, direct) => {
    const cluster = await sharedCluster();
    await using bouncer = await PgBouncer.start(cluster);
    const name = new URL(direct).pathname.slice(1);
    const url = urlOf({ ...cluster, port: bouncer.port }, name);
    const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
    try {
      await body(db, url);
    } finally {
      await db.close();
    }
  }, { applied: true });
}

/** Registers `body` for a server, direct and behind the pooler, and in the soak for PGlite; all migrated. */
export function forEachWay(name: string, body: (db: Database) => Promise<void>): void {
  onServerFirst(name, body);
  Deno.test(
    `${name} [PgBouncer]`,
    { sanitizeOps: true, sanitizeResources: true },
    () => withPooledPostgres(body),
  );
}
