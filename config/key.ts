/** The key of a data type: what identifies its documents, and the columns that becomes. */
import { BUILT_IN_COLUMNS, SYSTEM_COLUMNS } from "./names.ts";
import { quote } from "./yaml/problem.ts";

/** The path whose presence makes samples in time of documents. */
const INSTANT = "timestamp";
/** PostgreSQL cuts longer names off without an error. */
const LONGEST_NAME_BYTES = 63;
/** PostgreSQL's limit on the columns of an index is 32, of which the wearer is one. */
const MOST_TIME_KEY_PARTS = 31;

/** A column of a table's primary key, besides `user_id`. */
export interface KeyColumn {
  readonly name: string;
  readonly type: "text" | "timestamptz";
}

/** Whether documents with this key are samples in time, without an id of their own. */
export function isTimeKey(key: readonly string[]): boolean {
  return key.includes(INSTANT);
}

/** The columns of a key: samples have one for every part, documents one for all of them. */
export function keyColumns(key: readonly string[]): readonly KeyColumn[] {
  if (!isTimeKey(key)) return [{ name: "id", type: "text" }];
  return key.map((name) => ({ name, type: name === INSTANT ? "timestamptz" : "text" }));
}

/** Why no table can have this key; null when one can. */
export function keyProblem(key: readonly string[]): string | null {
  const repeated = key.find((part, i) => key.indexOf(part) < i);
  if (repeated !== undefined) return `duplicate key part ${quote(repeated)}`;
  const columns = isTimeKey(key) ? keyColumns(key) : [];
  if (columns.length > MOST_TIME_KEY_PARTS) {
    return `${columns.length} parts; besides ${INSTANT}, every part becomes a column of the primary ` +
      `key, which holds ${MOST_TIME_KEY_PARTS} besides the wearer`;
  }
  for (const { name } of columns) {
    if (name.startsWith("#")) {
      return `besides ${INSTANT}, every part becomes a column, and names that start with # are kept ` +
        `for the program: ${quote(name)}`;
    }
    if (BUILT_IN_COLUMNS.includes(name) || SYSTEM_COLUMNS.includes(name)) {
      return `besides ${INSTANT}, every part becomes a column, and each table has a ` +
        `${quote(name)} of its own; leave it out`;
    }
    if (new TextEncoder().encode(name).length > LONGEST_NAME_BYTES) {
      return `besides ${INSTANT}, every part becomes a column, and ${quote(name)} is longer than ` +
        `the ${LONGEST_NAME_BYTES} bytes PostgreSQL keeps of a name`;
    }
  }
  return null;
}
