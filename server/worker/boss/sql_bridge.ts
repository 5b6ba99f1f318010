/** Lets pg-boss send its statements through our driver, which works on servers and on PGlite. */
import type { Db } from "pg-boss";
import type { Queryable } from "../../../lib/db/driver/database.ts";
import { SqlError } from "../../../lib/db/driver/errors/errors.ts";

/** What pg-boss needs of a database or a transaction. */
export function sqlBridge(queryable: Queryable): Db {
  return {
    async executeSql(text, values) {
      try {
        // Without parameters it may be several statements, which only the simple protocol takes.
        if (values === undefined || values.length === 0) {
          return { rows: await queryable.exec(text) };
        }
        return { rows: (await queryable.queryRaw(text, values)).rows };
      } catch (error) {
        throw error instanceof SqlError ? withSqlState(error) : error;
      }
    },
  };
}

/** pg-boss decides by the SQLSTATE, which it looks for in `code`. */
function withSqlState(error: SqlError): Error {
  return Object.assign(new Error(error.message, { cause: error }), { code: error.sqlState });
}
