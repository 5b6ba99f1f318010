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
  KEY_CHANGED: {
    cause: "`oura.yaml` declares another `key` than the table was created with.",
    fix: "Declare the endpoint under a new name.",
  },
} as const satisfies CodeTable;
