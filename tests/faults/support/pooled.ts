/** A database of one's own behind PgBouncer in transaction mode. */
import type { Database } from "../../../lib/db/database.ts";
import { openPostgres } from "../../../lib/db/postgres.ts";
import { withPostgres } from "../../support/databases.ts";
import { sharedCluster, urlOf } from "../../support/postgres.ts";
import { PgBouncer } from "./pgbouncer.ts";

/** Runs `body` on an empty database that is reached through the pooler only. */
export function withPooledPostgres(body: (db: Database) => Promise<void>): Promise<void> {
  return withPostgres("oura", async (_, direct) => {
    const cluster = await sharedCluster();
    await using bouncer = await PgBouncer.start(cluster);
    const name = new URL(direct).pathname.slice(1);
    const url = urlOf({ ...cluster, port: bouncer.port }, name);
    const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
    try {
      await body(db);
    } finally {
      await db.close();
    }
  });
}
