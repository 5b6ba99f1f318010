/** `createdb NAME` and `psql URL … -f FILE`, for machines that have no clients of PostgreSQL. */
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";

const [program, ...args] = Deno.args;
const { PGHOST, PGPORT, PGUSER } = Deno.env.toObject();
const isPsql = program === "psql";
const url = isPsql ? args[0]! : `postgres://${PGUSER}@${PGHOST}:${PGPORT}/postgres`;
const db = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
await db.exec(
  isPsql ? await Deno.readTextFile(args[args.indexOf("-f") + 1]!) : `CREATE DATABASE "${args[0]}"`,
);
await db.close();
