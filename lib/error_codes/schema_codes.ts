import type { CodeTable } from "./code_table.ts";

/** Tables and columns: exit code 2, or 5 where the database refuses. */
export const SCHEMA_CODES = {
  TABLE_TAKEN: {
    cause:
      "The schema has a table or index with a name this program needs, and this program did not create it.",
    fix: "Use a schema of its own (`destination: { schema: oura }`), or rename the table.",
  },
  COLUMN_TAKEN: {
    cause: "The table has a column of this name with another meaning or type.",
    fix: "Choose another name in `oura.yaml`, or rename the column.",
  },
  VIEW_TAKEN: {
    cause: "The schema has a view of this name, and this program did not create it.",
    fix: "Remove `view: true`, or rename the view.",
  },
  CITUS_MISSING: {
    cause: "`migrate --citus` found no Citus extension, or the database is the embedded one.",
    fix: "Connect to the coordinator, and run `CREATE EXTENSION citus` there and on each worker.",
  },
  CITUS_REFUSED: {
    cause: "Citus refuses to distribute a table: a key or an index that you added lacks `user_id`.",
    fix: "Drop it, or add `user_id` to it, and run `deno task migrate --citus` again.",
  },
  CITUS_LAYOUT: {
    cause:
      "A table is already distributed by another column than `user_id`, or apart from the others.",
    fix: "Run `undistribute_table` for it, as the message says, then `deno task migrate --citus`.",
  },
  KEY_CHANGED: {
    cause: "`oura.yaml` declares another `key` than the table was created with.",
    fix: "Declare the endpoint under a new name.",
  },
} as const satisfies CodeTable;
